/** Getting and setting the options of a subscription (XEP-0060 sections 6.3 and 6.4). */
import { NS_DATA_FORM } from '../../data-form.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import type { Pubsub } from './actions.ts';
import { NS_PUBSUB } from './errors.ts';
import { existingNode, type PubsubRequest } from './nodes.ts';
import { optionsForm, readOptions } from './subscription-options.ts';
import { ownSubscription } from './subscriptions.ts';
import { NodeWork } from './work.ts';

export function getOptions(pubsub: Pubsub, request: PubsubRequest): Element {
  const node = existingNode(pubsub.host, request);
  const { jid, options } = ownSubscription(pubsub, node, request, 'modify');
  return xml('pubsub', { xmlns: NS_PUBSUB }, xml('options', { node: node.name, jid }, optionsForm('form', options)));
}

export async function setOptions(pubsub: Pubsub, request: PubsubRequest): Promise<undefined> {
  const node = existingNode(pubsub.host, request);
  const subscription = ownSubscription(pubsub, node, request, 'modify');
  const form = request.action.getChild('x', NS_DATA_FORM);
  if (!form) throw new StanzaError('bad-request', { text: 'There is no form.' });
  if (form.attrs.type === 'cancel') return undefined;
  const work = new NodeWork(pubsub);
  work.setSubscription({ ...subscription, options: { ...subscription.options, ...readOptions(form) } });
  await work.done();
  return undefined;
}

export function getDefaultOptions({ host }: Pubsub, request: PubsubRequest): Element {
  const { node } = request.action.attrs;
  if (node !== undefined) existingNode(host, request);
  return xml('pubsub', { xmlns: NS_PUBSUB }, xml('default', { node }, optionsForm('result', {})));
}
