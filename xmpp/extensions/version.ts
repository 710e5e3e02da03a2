/** XEP-0092: Software Version. The operating system is nobody's business (section 5). */
import type { Extension } from '../extension.ts';
import { xml } from '../xml.ts';

const NS = 'jabber:iq:version';

export const version: Extension = {
  name: 'version',
  xep: [{ number: '0092', title: 'Software Version', version: '1.1', status: 'complete' }],
  features: { server: [NS] },

  attach(host) {
    host.iq.handle('get', 'server', 'query', NS, 'anyone', () =>
      xml('query', { xmlns: NS }, xml('name', {}, host.software.name), xml('version', {}, host.software.version)),
    );
  },
};
