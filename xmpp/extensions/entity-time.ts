/** XEP-0202: Entity Time. */
import { dateTime } from '../clock.ts';
import type { Extension } from '../extension.ts';
import { xml } from '../xml.ts';

const NS = 'urn:xmpp:time';

export const entityTime: Extension = {
  name: 'entity-time',
  xep: [{ number: '0202', title: 'Entity Time', version: '2.0', status: 'complete' }],
  features: { server: [NS] },

  attach(host) {
    host.iq.handle('get', 'server', 'time', NS, 'anyone', () => {
      const nowMs = host.clock.nowMs();
      return xml('time', { xmlns: NS }, xml('tzo', {}, zoneOffset(nowMs)), xml('utc', {}, dateTime(nowMs)));
    });
  },
};

/** The box's own offset from UTC at that moment, as XEP-0082 section 3.2 writes it. */
function zoneOffset(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset();
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
