/** Publishing, and taking back (XEP-0060 sections 7.1, 7.2 and 8.5). */
import { NS_DATA_FORM } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Change, change } from '../../store/changes.ts';
import type { PepItem } from '../../store/model.ts';
import { clone, type Element, xml } from '../../xml.ts';
import { NS_PUBSUB, pubsubError, unsupported } from './errors.ts';
import { assertPreconditions, configOf, isOn, keepOf, payloadLimitOf, readPreconditions } from './node-config.ts';
import {
  assertOwner,
  assertRoomForNode,
  existingNode,
  findNode,
  MAX_ID_LENGTH,
  type Node,
  nodeName,
  type PepRequest,
} from './nodes.ts';
import { itemsEvent, type Notifier } from './notify.ts';

export async function publish(host: Host, notifier: Notifier, request: PepRequest): Promise<Element> {
  assertOwner(request);
  const { node, changes } = nodeToPublish(host, request);
  const item = readItem(host, request, node);
  if (isOn(node.config, 'persist_items'))
    changes.push(change('item published', { ...item, keep: keepOf(node.config) }));
  await host.store.journal.commit(...changes);
  notifier.tell(node, itemsEvent(node, item));
  return xml('pubsub', { xmlns: NS_PUBSUB }, xml('publish', { node: node.name }, xml('item', { id: item.id })));
}

/** The node, made on the spot where it is missing, as the options want it (section 7.1.4 and 7.1.5). */
function nodeToPublish(host: Host, request: PepRequest): { node: Node; changes: Change[] } {
  const { owner, pubsub } = request;
  const name = nodeName(request);
  const options = pubsub.getChild('publish-options');
  const form = options?.getChild('x', NS_DATA_FORM);
  if (options && !form) throw new StanzaError('bad-request', { text: 'The options are a form.' });
  const wanted = form ? readPreconditions(form) : {};
  const existing = findNode(host, owner, name);
  if (existing) {
    assertPreconditions(existing.config, wanted);
    return { node: existing, changes: [] };
  }
  assertRoomForNode(host, owner);
  const node = { owner, name, config: configOf(wanted) };
  return { node, changes: [change('node set', { owner: owner.id, node: name, config: wanted })] };
}

/** @throws StanzaError as section 7.1.3 has it */
function readItem(host: Host, { owner, asker, action }: PepRequest, { name, config }: Node): PepItem {
  const [element, ...others] = action.getChildren('item');
  if (others.length > 0) throw new StanzaError('bad-request', { text: 'One item at a time.' });
  if (!element) throw pubsubError('bad-request', 'item-required');
  const [content, ...more] = element.getChildElements();
  if (!content) throw pubsubError('bad-request', 'payload-required');
  if (more.length > 0) throw pubsubError('bad-request', 'invalid-payload');
  const payload = serialised(content);
  if (payload.length > payloadLimitOf(config)) throw pubsubError('not-acceptable', 'payload-too-big');
  const id = element.attrs.id || host.store.newId();
  if (id.length > MAX_ID_LENGTH) throw new StanzaError('bad-request', { text: 'The id of the item is too long.' });
  return { owner: owner.id, node: name, id, publisher: asker.toString(), atMs: host.clock.nowMs(), payload };
}

function serialised(content: Element): string {
  const copy = clone(content);
  copy.attrs.xmlns ??= content.getNS();
  return copy.toString();
}

export async function retract(host: Host, notifier: Notifier, request: PepRequest): Promise<undefined> {
  assertOwner(request);
  const node = existingNode(host, request);
  const { action, owner } = request;
  const id = action.getChild('item')?.attrs.id;
  if (!id) throw pubsubError('bad-request', 'item-required');
  if (!isOn(node.config, 'persist_items')) throw unsupported('persistent-items');
  if (!host.store.pep.item(owner.id, node.name, id)) throw new StanzaError('item-not-found');
  await host.store.journal.commit(change('item retracted', { owner: owner.id, node: node.name, id }));
  const { notify } = action.attrs;
  if (notify === 'true' || notify === '1' || isOn(node.config, 'notify_retract'))
    notifier.tell(node, xml('items', { node: node.name }, xml('retract', { id })));
  return undefined;
}

export async function purge(host: Host, notifier: Notifier, request: PepRequest): Promise<undefined> {
  assertOwner(request);
  const node = existingNode(host, request);
  if (!isOn(node.config, 'persist_items')) throw unsupported('persistent-items');
  await host.store.journal.commit(change('node purged', { owner: request.owner.id, node: node.name }));
  notifier.tell(node, xml('purge', { node: node.name }));
  return undefined;
}
