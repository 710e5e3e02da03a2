/**
 * Blocklists that others keep (RTBL): nodes (XEP-0060) whose items are called by the SHA-256, in hexadecimal digits, of the bare addresses
 * and domains of spammers, so that the list names nobody. Whoever is on one is denied, unless a member knows them. Lists are read at the
 * start and again every quarter of an hour, and are in memory only.
 */
import { createHash } from 'node:crypto';
import type { Timer } from '../clock.ts';
import type { BlocklistPlace } from '../config.ts';
import type { Extension, Host } from '../extension.ts';
import { xml } from '../xml.ts';
import type { Party } from './rules/subject.ts';

const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
/** Other servers can be reached once the listeners are open. */
const FIRST_MS = 5_000;
const EVERY_MS = 15 * 60_000;
/** Of one list: more than any has today, and a bound for what a list can make the box hold. */
const MAX_HASHES = 100_000;
const HASH = /^[0-9a-f]{64}$/;

export const blocklists: Extension = {
  name: 'blocklists',
  xep: [],
  attach(host) {
    const places = host.config.access.blocklists;
    if (places.length === 0) return;
    const lists = new Map<BlocklistPlace, ReadonlySet<string>>();
    const isListed = (name: string | undefined) => {
      if (name === undefined) return false;
      const hash = createHash('sha256').update(name).digest('hex');
      return [...lists.values()].some((list) => list.has(hash));
    };
    const matches = ({ role, known, jid, domain }: Party) =>
      role === undefined && known !== true && (isListed(jid) || isListed(domain));
    const subject = { text: 'blocklisted', matches };
    host.access.addSetting({ key: '[access] blocklists', subject, actions: ['*'], decision: 'deny' });
    for (const place of places) keepReading(host, place, (list) => void lists.set(place, list));
  },
};

function keepReading(host: Host, place: BlocklistPlace, take: (list: ReadonlySet<string>) => void): void {
  let timer: Timer | undefined;
  const later = (delayMs: number) => {
    timer = host.clock.after(delayMs, () => void refresh());
  };
  const refresh = async () => {
    try {
      take(await read(host, place));
      host.access.forgetAll();
    } catch (error) {
      // What was read before goes on counting.
      host.log.warn({ error: String(error), ...place }, 'a blocklist could not be read');
    }
    later(EVERY_MS);
  };
  later(FIRST_MS);
  host.onStop(() => timer?.cancel());
}

async function read(host: Host, { service, node }: BlocklistPlace): Promise<ReadonlySet<string>> {
  const asked = xml('pubsub', { xmlns: NS_PUBSUB }, xml('items', { node }));
  const attrs = { type: 'get', id: host.store.newId(), from: host.server.domain, to: service };
  const items = (await host.query(xml('iq', attrs, asked)))?.getChild('items')?.getChildren('item') ?? [];
  const ids = items.flatMap(({ attrs: { id } }) => (id !== undefined && HASH.test(id) ? [id] : []));
  return new Set(ids.slice(0, MAX_HASHES));
}
