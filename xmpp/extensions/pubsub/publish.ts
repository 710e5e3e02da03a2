/** Publishing, and taking back (XEP-0060 sections 7.1, 7.2 and 8.5). */
import { NS_DATA_FORM } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { NodeItem } from '../../store/node-model.ts';
import { clone, type Element, xml } from '../../xml.ts';
import { assertMayCreate, assertMayPublish, assertMayRetract, isSelf, ownNode } from './access.ts';
import type { Pubsub } from './actions.ts';
import { newNode } from './configure.ts';
import { NS_PUBSUB, pubsubError, unsupported } from './errors.ts';
import {
  assertPreconditions,
  freshSinceMs,
  isOn,
  keepOf,
  payloadLimitOf,
  readPreconditions,
  type Settings,
} from './node-config.ts';
import { existingNode, findNode, MAX_ID_LENGTH, memberAt, type Node, nodeName, type PubsubRequest } from './nodes.ts';
import { emptyNode, NodeWork, publishItem, retractItem } from './work.ts';

export async function publish(pubsub: Pubsub, request: PubsubRequest): Promise<Element> {
  const { host } = pubsub;
  const work = new NodeWork(pubsub);
  const node = nodeToPublish(host, work, request);
  const item = readItem(host, request, node);
  if (item) {
    assertRoom(host, node, item);
    publishItem(work, node, item);
  } else work.tell(node, xml('items', { node: node.name }));
  await work.done();
  return xml(
    'pubsub',
    { xmlns: NS_PUBSUB },
    xml('publish', { node: node.name }, item ? xml('item', { id: item.id }) : null),
  );
}

/** The node, made on the spot where it is missing, as the options want it (sections 7.1.4 and 7.1.5). */
function nodeToPublish(host: Host, work: NodeWork, request: PubsubRequest): Node {
  const { owner, asker } = request;
  const name = nodeName(request);
  const existing = findNode(host, owner, name);
  if (existing) assertMayPublish(host, existing, asker);
  // To a stranger it is just not there, whether by its own name or by the one of an account's.
  else if (owner.account ? !isSelf(host, owner, asker) : !memberAt(host, asker))
    throw new StanzaError(owner.account ? 'forbidden' : 'item-not-found');
  const wanted = readOptions(request.pubsub);
  if (existing) {
    assertPreconditions(existing.config, wanted);
    return existing;
  }
  assertMayCreate(host, owner, asker);
  return newNode(work, owner, name, wanted, asker);
}

/** @throws StanzaError bad-request, conflict, not-acceptable */
function readOptions(pubsub: Element): Settings {
  const options = pubsub.getChild('publish-options');
  const form = options?.getChild('x', NS_DATA_FORM);
  if (options && !form) throw new StanzaError('bad-request', { text: 'The options are a form.' });
  return form ? readPreconditions(form) : {};
}

/** Undefined for a node that only tells that something happened (section 4.3). @throws StanzaError as section 7.1.3 has it */
function readItem(host: Host, { owner, asker, action }: PubsubRequest, { name, config }: Node): NodeItem | undefined {
  const [element, ...others] = action.getChildren('item');
  if (others.length > 0) throw new StanzaError('bad-request', { text: 'One item at a time.' });
  const withPayload = isOn(config, 'deliver_payloads');
  if (!withPayload && !isOn(config, 'persist_items')) {
    if (element) throw pubsubError('bad-request', 'item-forbidden');
    return undefined;
  }
  if (!element) throw pubsubError('bad-request', 'item-required');
  const [content, ...more] = element.getChildElements();
  if (!content && withPayload) throw pubsubError('bad-request', 'payload-required');
  if (more.length > 0 || (content && config.type !== '' && content.getNS() !== config.type))
    throw pubsubError('bad-request', 'invalid-payload');
  const payload = content ? serialised(content) : '';
  if (payload.length > payloadLimitOf(config)) throw pubsubError('not-acceptable', 'payload-too-big');
  const id = element.attrs.id || host.store.newId();
  if (id.length > MAX_ID_LENGTH) throw new StanzaError('bad-request', { text: 'The id of the item is too long.' });
  return { owner: owner.id, node: name, id, publisher: asker.toString(), atMs: host.clock.nowMs(), payload };
}

export function serialised(content: Element): string {
  const copy = clone(content);
  copy.attrs.xmlns ??= content.getNS();
  return copy.toString();
}

/** Section 7.1.3.4. @throws StanzaError conflict with <node-full/> */
function assertRoom(host: Host, { owner, name, config }: Node, { id }: NodeItem): void {
  if (config.publish_node_full !== 'reject' || !isOn(config, 'persist_items')) return;
  const { nodes } = host.store;
  const isNew = !nodes.item(owner.id, name, id);
  if (isNew && nodes.count(owner.id, name, freshSinceMs(config, host.clock.nowMs())) >= keepOf(config))
    throw pubsubError('conflict', 'node-full');
}

export async function retract(pubsub: Pubsub, request: PubsubRequest): Promise<undefined> {
  const { host } = pubsub;
  const { action, asker } = request;
  const node = existingNode(host, request);
  const id = action.getChild('item')?.attrs.id;
  const found = id ? host.store.nodes.item(node.owner.id, node.name, id) : undefined;
  assertMayRetract(host, node, asker, found?.publisher);
  if (!id) throw pubsubError('bad-request', 'item-required');
  if (!isOn(node.config, 'persist_items')) throw unsupported('persistent-items');
  if (!found) throw new StanzaError('item-not-found');
  const work = new NodeWork(pubsub);
  const { notify } = action.attrs;
  retractItem(work, node, id, notify === 'true' || notify === '1');
  await work.done();
  return undefined;
}

export async function purge(pubsub: Pubsub, request: PubsubRequest): Promise<undefined> {
  const node = ownNode(pubsub.host, request);
  if (!isOn(node.config, 'persist_items')) throw unsupported('persistent-items');
  const work = new NodeWork(pubsub);
  emptyNode(work, node);
  await work.done();
  return undefined;
}
