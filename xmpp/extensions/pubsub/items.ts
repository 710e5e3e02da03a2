/** Getting items (XEP-0060 section 6.5), in pages where they are many (XEP-0059). */
import { pageElement, readPageRequest } from '../../result-set.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { NodeItem } from '../../store/node-model.ts';
import { type Element, xml } from '../../xml.ts';
import { assertMaySee } from './access.ts';
import type { Pubsub } from './actions.ts';
import { NS_PUBSUB, unsupported } from './errors.ts';
import { freshSinceMs, isOn } from './node-config.ts';
import { existingNode, type Node, type PubsubRequest } from './nodes.ts';
import { itemElement } from './notify.ts';

/** An answer ends where it grows beyond this. */
const MAX_ANSWER_CHARACTERS = 1_000_000;
/** Items of one answer, however small. */
const MAX_PAGE = 1000;

export function getItems({ host }: Pubsub, request: PubsubRequest): Element {
  const node = existingNode(host, request);
  assertMaySee(host, node, request.asker);
  if (!isOn(node.config, 'persist_items')) throw unsupported('persistent-items');
  const sinceMs = freshSinceMs(node.config, host.clock.nowMs());
  const wanted = request.action.getChildren('item').flatMap(({ attrs }) => attrs.id ?? []);
  if (wanted.length === 0) return getPage({ host }, node, sinceMs, request);
  const found = [...new Set(wanted)].slice(0, MAX_PAGE).flatMap((id) => {
    const item = host.store.nodes.item(node.owner.id, node.name, id);
    return item && item.atMs >= sinceMs ? [item] : [];
  });
  return answer(node, found.slice(0, fitting(found)));
}

/** Oldest first; `max_items` asks for the last so many. */
function getPage(
  { host }: Pick<Pubsub, 'host'>,
  node: Node,
  sinceMs: number,
  { pubsub, action }: PubsubRequest,
): Element {
  const { max, after, before } = readPageRequest(pubsub);
  for (const id of [after, before]) if (id && !host.store.nodes.item(node.owner.id, node.name, id)) throw noSuchItem();
  // Who asks for no page has more use for the newest.
  const fromEnd = before !== undefined || (after === undefined && max === undefined);
  const limit = Math.min(readMaxItems(action) ?? MAX_PAGE, max ?? MAX_PAGE, MAX_PAGE);
  const bounds = { ...(after ? { afterId: after } : {}), ...(before ? { beforeId: before } : {}) };
  const query = { owner: node.owner.id, node: node.name, sinceMs, ...bounds, limit, fromEnd };
  const page = host.store.nodes.page(query);
  const count = fitting(fromEnd ? page.items.toReversed() : page.items);
  const items = fromEnd ? page.items.slice(page.items.length - count) : page.items.slice(0, count);
  if (items.length === page.total) return answer(node, items);
  const index = page.index + (fromEnd ? page.items.length - count : 0);
  return answer(node, items, pageElement({ first: items[0]?.id, last: items.at(-1)?.id, index, count: page.total }));
}

const noSuchItem = () => new StanzaError('item-not-found');

function readMaxItems({ attrs: { max_items: text } }: Element): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new StanzaError('bad-request', { text: 'max_items is a number from 1.' });
  return Number(text);
}

/** How many of them one answer holds; always one. */
function fitting(items: readonly NodeItem[]): number {
  let characters = 0;
  const tooMany = items.findIndex(({ payload }) => {
    characters += payload.length;
    return characters > MAX_ANSWER_CHARACTERS;
  });
  return tooMany === -1 ? items.length : Math.max(1, tooMany);
}

function answer(node: Node, items: readonly NodeItem[], page?: Element): Element {
  const element = xml('items', { node: node.name }, ...items.map((item) => itemElement(node, item)));
  return xml('pubsub', { xmlns: NS_PUBSUB }, element, page);
}
