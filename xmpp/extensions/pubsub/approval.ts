/** Subscriptions that wait for an owner's word (XEP-0060 section 8.6). */
import { formElement, NS_DATA_FORM, readForm } from '../../data-form.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { NodeSubscription } from '../../store/node-model.ts';
import { type Element, xml } from '../../xml.ts';
import { affiliationOf, ownersOf } from './access.ts';
import type { Pubsub } from './actions.ts';
import { NS_PUBSUB } from './errors.ts';
import { addressOf, findNode, type Node, type NodeOwner } from './nodes.ts';
import { NodeWork } from './work.ts';

export const AUTHORIZATION = `${NS_PUBSUB}#subscribe_authorization`;

/** Asks every owner; the first answer counts. */
export function askOwners(pubsub: Pubsub, node: Node, subscription: NodeSubscription): void {
  for (const owner of ownersOf(pubsub.host, node)) askOwner(pubsub, node, subscription, owner);
}

export function askOwner({ host }: Pubsub, node: Node, { jid }: NodeSubscription, owner: string): void {
  const form = formElement('form', AUTHORIZATION, [
    { var: 'pubsub#node', type: 'text-single', label: 'Node', values: [node.name] },
    { var: 'pubsub#subscriber_jid', type: 'jid-single', label: 'Who wants to subscribe', values: [jid] },
    { var: 'pubsub#allow', type: 'boolean', label: 'Allow it', values: ['false'] },
  ]);
  host.send(xml('message', { id: host.store.newId(), from: node.owner.address, to: owner }, form));
}

/** The form of a message that answers one of ours. */
export function approvalForm(message: Element): Element | undefined {
  const form = message.getChild('x', NS_DATA_FORM);
  const isAnswer = form?.attrs.type === 'submit' || form?.attrs.type === 'cancel';
  return isAnswer && readForm(form).formType === AUTHORIZATION ? form : undefined;
}

/** @throws StanzaError item-not-found, forbidden, bad-request */
export async function decide(pubsub: Pubsub, owner: NodeOwner, form: Element, from: Jid): Promise<void> {
  const { host, notifier } = pubsub;
  const { fields } = readForm(form);
  const answerTo = (name: string) => fields.get(`pubsub#${name}`)?.[0] ?? '';
  const node = findNode(host, owner, answerTo('node'));
  if (!node) throw new StanzaError('item-not-found');
  if (affiliationOf(host, node, from) !== 'owner') throw new StanzaError('forbidden');
  if (form.attrs.type !== 'submit') return;
  const jid = addressOf(host, Jid.parse(answerTo('subscriber_jid')));
  const subscription = host.store.nodes.subscription(owner.id, node.name, jid);
  // Another owner was faster.
  if (subscription?.state !== 'pending') return;
  const isAllowed = ['1', 'true'].includes(answerTo('allow'));
  const work = new NodeWork(pubsub);
  work.moveSubscription(node, subscription, isAllowed ? 'subscribed' : 'none');
  if (isAllowed) work.after.push(() => notifier.welcome(node, { ...subscription, state: 'subscribed' }));
  await work.done();
}
