/** XEP-0199: XMPP Ping. */
import type { Extension } from '../extension.ts';

const NS = 'urn:xmpp:ping';

export const ping: Extension = {
  name: 'ping',
  xep: [{ number: '0199', title: 'XMPP Ping', version: '2.0.1', status: 'complete' }],
  features: { server: [NS], account: [NS] },

  attach(host) {
    host.iq.handle('get', 'server', 'ping', NS, 'anyone', () => undefined);
    // A client may leave out 'to' or name its own bare JID (section 4.2); to others it would tell which accounts are there.
    host.iq.handle('get', 'account', 'ping', NS, 'owner', () => undefined);
  },
};
