/** Making, configuring and deleting nodes (XEP-0060 sections 8.1 to 8.4). */
import { NS_DATA_FORM } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import { type Element, xml } from '../../xml.ts';
import { NS_OWNER, NS_PUBSUB } from './errors.ts';
import { configForm, configOf, isOn, readConfigForm, type Settings } from './node-config.ts';
import { assertOwner, assertRoomForNode, existingNode, findNode, nodeName, type PepRequest } from './nodes.ts';
import type { Notifier } from './notify.ts';

/** Without a name the server gives one (instant nodes, section 8.1.2). */
export async function create(host: Host, request: PepRequest): Promise<Element | undefined> {
  assertOwner(request);
  const { owner, action, pubsub } = request;
  const isInstant = action.attrs.node === undefined;
  const name = isInstant ? host.store.newId() : nodeName(request);
  const configure = pubsub.getChild('configure');
  if (configure?.attrs.node !== undefined) throw new StanzaError('bad-request');
  if (findNode(host, owner, name)) throw new StanzaError('conflict');
  assertRoomForNode(host, owner);
  const config = submitted(configure) ?? {};
  await host.store.journal.commit(change('node set', { owner: owner.id, node: name, config }));
  return isInstant ? xml('pubsub', { xmlns: NS_PUBSUB }, xml('create', { node: name })) : undefined;
}

export function getConfig(host: Host, request: PepRequest): Element {
  assertOwner(request);
  const { name, config } = existingNode(host, request);
  return xml('pubsub', { xmlns: NS_OWNER }, xml('configure', { node: name }, configForm('form', config)));
}

export function getDefaultConfig(request: PepRequest): Element {
  assertOwner(request);
  return xml('pubsub', { xmlns: NS_OWNER }, xml('default', {}, configForm('form', configOf({}))));
}

export async function setConfig(host: Host, notifier: Notifier, request: PepRequest): Promise<undefined> {
  assertOwner(request);
  const node = existingNode(host, request);
  const { owner } = request;
  if (request.action.getChild('x', NS_DATA_FORM)?.attrs.type === 'cancel') return undefined;
  const wanted = submitted(request.action);
  if (!wanted) throw new StanzaError('bad-request', { text: 'There is no form.' });
  const config = { ...node.config, ...wanted };
  await host.store.journal.commit(change('node set', { owner: owner.id, node: node.name, config }));
  if (isOn(config, 'notify_config'))
    notifier.tell({ ...node, config }, xml('configuration', { node: node.name }, configForm('result', config)));
  return undefined;
}

export async function remove(host: Host, notifier: Notifier, request: PepRequest): Promise<undefined> {
  assertOwner(request);
  const node = existingNode(host, request);
  await host.store.journal.commit(change('node removed', { owner: request.owner.id, node: node.name }));
  if (isOn(node.config, 'notify_delete')) notifier.tell(node, xml('delete', { node: node.name }));
  return undefined;
}

function submitted(parent: Element | undefined): Settings | undefined {
  const form = parent?.getChild('x', NS_DATA_FORM);
  return form && readConfigForm(form);
}
