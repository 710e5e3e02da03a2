/** Getting items (XEP-0060 section 6.5), in pages where they are many (XEP-0059). */
import type { Host } from '../../extension.ts';
import { type PageRequest, pageElement, readPageRequest } from '../../result-set.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { PepItem } from '../../store/model.ts';
import { type Element, xml } from '../../xml.ts';
import { NS_PUBSUB, unsupported } from './errors.ts';
import { isOn } from './node-config.ts';
import { assertMaySee, existingNode, type Node, type PepRequest } from './nodes.ts';
import { itemElement } from './notify.ts';

/** An answer ends where it grows beyond this. */
const MAX_ANSWER_CHARACTERS = 1_000_000;

export function getItems(host: Host, request: PepRequest): Element {
  const node = existingNode(host, request);
  assertMaySee(host, node, request.asker);
  if (!isOn(node.config, 'persist_items')) throw unsupported('persistent-items');
  const wanted = request.action.getChildren('item').flatMap(({ attrs }) => attrs.id ?? []);
  if (wanted.length > 0) {
    const found = [...new Set(wanted)].flatMap((id) => host.store.pep.item(request.owner.id, node.name, id) ?? []);
    return answer(node, found.slice(0, fitting(found)));
  }
  return getPage(host, node, request);
}

/** Oldest first; `max_items` asks for the last so many. */
function getPage(host: Host, node: Node, { pubsub, action, owner }: PepRequest): Element {
  const page = readPageRequest(pubsub);
  const all = host.store.pep.items(owner.id, node.name, readMaxItems(action));
  const asked = cut(all, page);
  // Who asks for no page has more use for the newest.
  const fromEnd = page.before !== undefined || (page.after === undefined && page.max === undefined);
  const count = fitting(fromEnd ? asked.toReversed() : asked);
  const items = fromEnd ? asked.slice(asked.length - count) : asked.slice(0, count);
  const isWhole = items.length === all.length;
  const [first] = items;
  const facts = { first: first?.id, last: items.at(-1)?.id, index: first ? all.indexOf(first) : 0, count: all.length };
  return answer(node, items, isWhole ? undefined : pageElement(facts));
}

/** @throws StanzaError item-not-found */
function cut(all: readonly PepItem[], { max = all.length, after, before }: PageRequest): PepItem[] {
  const place = (id: string) => {
    const index = all.findIndex((item) => item.id === id);
    if (index === -1) throw new StanzaError('item-not-found');
    return index;
  };
  const from = after === undefined ? 0 : place(after) + 1;
  const to = before ? place(before) : all.length;
  const between = all.slice(from, Math.max(from, to));
  return before === undefined ? between.slice(0, max) : between.slice(Math.max(0, between.length - max));
}

function readMaxItems({ attrs: { max_items: text } }: Element): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new StanzaError('bad-request', { text: 'max_items is a number from 1.' });
  return Number(text);
}

/** How many of them one answer holds; always one. */
function fitting(items: readonly PepItem[]): number {
  let characters = 0;
  const tooMany = items.findIndex(({ payload }) => {
    characters += payload.length;
    return characters > MAX_ANSWER_CHARACTERS;
  });
  return tooMany === -1 ? items.length : Math.max(1, tooMany);
}

function answer(node: Node, items: readonly PepItem[], page?: Element): Element {
  const element = xml('items', { node: node.name }, ...items.map((item) => itemElement(item)));
  return xml('pubsub', { xmlns: NS_PUBSUB }, element, page);
}
