/** What the box asks of a list's service (XEP-0060): to be told, to be told no more, and all that is on the list. */
import type { BlocklistPlace } from '../../config.ts';
import type { Host } from '../../extension.ts';
import { NS_RSM } from '../../result-set.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import { Entries, MAX_ENTRIES, readId, readWhy } from './entries.ts';

const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
/** So many with their reasons are well below what a server takes as one stanza. */
const PAGE = 500;
const MAX_PAGES = 1_000;
/** What services that know no pages may say to being asked for one. */
const UNPAGED: ReadonlySet<string> = new Set(['bad-request', 'feature-not-implemented', 'not-acceptable']);

/** Section 6.1; asked again, it is as it was. @returns `subscribed`, or what is lacking: `pending`, `unconfigured` @throws StanzaError */
export async function subscribe(host: Host, { service, node }: BlocklistPlace): Promise<string> {
  const jid = host.server.domain;
  const answer = await ask(host, 'set', service, xml('subscribe', { node, jid }));
  // Where there is nothing to say beside that it is done, a service may answer with an empty result (section 6.1.2).
  return answer?.getChild('subscription')?.attrs.subscription ?? 'subscribed';
}

/** Section 6.2. @throws StanzaError */
export async function unsubscribe(host: Host, { service, node }: BlocklistPlace): Promise<void> {
  await ask(host, 'set', service, xml('unsubscribe', { node, jid: host.server.domain }));
}

/** Section 6.5, in pages (XEP-0059) where the service gives them; no more than a list may have. @throws StanzaError */
export async function readWhole(host: Host, place: BlocklistPlace): Promise<Entries> {
  const entries = new Entries();
  let answer = await firstPage(host, place);
  let seen = 0;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const items = answer?.getChild('items')?.getChildren('item') ?? [];
    for (const item of items) {
      const id = readId(item.attrs.id);
      if (id !== undefined) entries.set(id, readWhy(item));
    }
    seen += items.length;
    const set = answer?.getChild('set', NS_RSM);
    const last = set?.getChildText('last');
    const count = Number(set?.getChildText('count') ?? Number.POSITIVE_INFINITY);
    if (!last || items.length === 0 || seen >= count || entries.size >= MAX_ENTRIES) break;
    answer = await askPage(host, place, last);
  }
  return entries;
}

async function firstPage(host: Host, place: BlocklistPlace): Promise<Element | undefined> {
  try {
    return await askPage(host, place);
  } catch (error) {
    if (!(error instanceof StanzaError) || !UNPAGED.has(error.condition)) throw error;
    return ask(host, 'get', place.service, xml('items', { node: place.node }));
  }
}

function askPage(host: Host, { service, node }: BlocklistPlace, after?: string): Promise<Element | undefined> {
  const from = after === undefined ? null : xml('after', {}, after);
  const page = xml('set', { xmlns: NS_RSM }, xml('max', {}, String(PAGE)), from);
  return ask(host, 'get', service, xml('items', { node }), page);
}

function ask(host: Host, type: 'get' | 'set', service: string, ...asked: Element[]): Promise<Element | undefined> {
  const attrs = { type, id: host.store.newId(), from: host.server.domain, to: service };
  return host.query(xml('iq', attrs, xml('pubsub', { xmlns: NS_PUBSUB }, ...asked)));
}
