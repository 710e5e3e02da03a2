/** Making, configuring and deleting nodes (XEP-0060 sections 8.1 to 8.4). */
import { NS_DATA_FORM } from '../../data-form.ts';
import type { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import { type Element, xml } from '../../xml.ts';
import { assertMayCreate, ownNode } from './access.ts';
import type { Pubsub } from './actions.ts';
import { NS_OWNER, NS_PUBSUB, unsupported } from './errors.ts';
import { configForm, configOf, isOn, readConfigForm, type Settings } from './node-config.ts';
import { bareOf, findNode, type Node, type NodeOwner, nodeName, nodeOf, type PubsubRequest } from './nodes.ts';
import { dropLost } from './subscriptions.ts';
import { announce, NodeWork } from './work.ts';

/** Without a name the server gives one (instant nodes, section 8.1). */
export async function create(pubsub: Pubsub, request: PubsubRequest): Promise<Element | undefined> {
  const { host } = pubsub;
  const { owner, action, asker } = request;
  assertMayCreate(host, owner, asker);
  const isInstant = action.attrs.node === undefined;
  const name = isInstant ? host.store.newId() : nodeName(request);
  const configure = request.pubsub.getChild('configure');
  if (configure?.attrs.node !== undefined || request.pubsub.getChildElements()[0] === configure)
    throw new StanzaError('bad-request');
  if (findNode(host, owner, name)) throw new StanzaError('conflict');
  const work = new NodeWork(pubsub);
  newNode(work, owner, name, submitted(configure) ?? {}, asker);
  await work.done();
  return isInstant ? xml('pubsub', { xmlns: NS_PUBSUB }, xml('create', { node: name })) : undefined;
}

export function newNode(work: NodeWork, owner: NodeOwner, name: string, config: Settings, maker: Jid): Node {
  const { host } = work.pubsub;
  const creator = bareOf(host, maker);
  const row = { owner: owner.id, node: name, config, creator, createdMs: host.clock.nowMs() };
  work.changes.push(change('node set', row));
  // An account owns its nodes by itself.
  if (!owner.account)
    work.changes.push(
      change('node affiliation set', { owner: owner.id, node: name, jid: creator, affiliation: 'owner' }),
    );
  return nodeOf(owner, row);
}

export function getConfig({ host }: Pubsub, request: PubsubRequest): Element {
  const node = ownNode(host, request);
  return xml('pubsub', { xmlns: NS_OWNER }, xml('configure', { node: node.name }, configForm('form', node.config)));
}

/** Anybody may know how a node would be made (section 8.3). */
export function getDefaultConfig(_: Pubsub, { owner, action }: PubsubRequest): Element {
  const { type } = action.attrs;
  if (type !== undefined && type !== 'leaf') throw unsupported('collections');
  return xml('pubsub', { xmlns: NS_OWNER }, xml('default', {}, configForm('form', configOf(owner.kind, {}))));
}

export async function setConfig(pubsub: Pubsub, request: PubsubRequest): Promise<undefined> {
  const node = ownNode(pubsub.host, request);
  if (request.action.getChild('x', NS_DATA_FORM)?.attrs.type === 'cancel') return undefined;
  const wanted = submitted(request.action);
  if (!wanted) throw new StanzaError('bad-request', { text: 'There is no form.' });
  const config = { ...node.config, ...wanted };
  const now: Node = { ...node, config };
  const work = new NodeWork(pubsub);
  work.changes.push(change('node set', { ...node.row, config: { ...node.row.config, ...wanted } }));
  const form = isOn(config, 'deliver_payloads') ? configForm('result', config) : undefined;
  if (isOn(config, 'notify_config')) work.tell(now, xml('configuration', { node: node.name }, form));
  dropLost(work, now);
  work.after.push(() => pubsub.notifier.sendLastToNew(node, now));
  await work.done();
  return undefined;
}

export async function remove(pubsub: Pubsub, request: PubsubRequest): Promise<undefined> {
  const node = ownNode(pubsub.host, request);
  const uri = request.action.getChild('redirect')?.attrs.uri;
  const { notifier } = pubsub;
  const work = new NodeWork(pubsub);
  const what = xml('delete', { node: node.name }, uri === undefined ? null : xml('redirect', { uri }));
  // Who they are is known only as long as the node is there.
  const toTell = isOn(node.config, 'notify_delete') ? notifier.audienceOf(node, 'with pending') : [];
  work.after.push(() => notifier.tellThese(node, toTell, what));
  work.changes.push(change('node removed', { owner: node.owner.id, node: node.name }));
  announce(work, node, { emptied: true });
  await work.done();
  return undefined;
}

function submitted(parent: Element | undefined): Settings | undefined {
  const form = parent?.getChild('x', NS_DATA_FORM);
  return form && readConfigForm(form);
}
