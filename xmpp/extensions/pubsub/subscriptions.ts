/** Subscribing and unsubscribing (XEP-0060 sections 5.6, 6.1, 6.2), and what ends a subscription. */
import { NS_DATA_FORM } from '../../data-form.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { NodeSubscription } from '../../store/node-model.ts';
import { type Element, xml } from '../../xml.ts';
import { affiliationOf, needsApproval, ownersOf, refusal } from './access.ts';
import type { Pubsub } from './actions.ts';
import { askOwners } from './approval.ts';
import { NS_PUBSUB, pubsubError, unsupported } from './errors.ts';
import { isOn } from './node-config.ts';
import { addressOf, bareOf, existingNode, type Node, type PubsubRequest } from './nodes.ts';
import { hasEnded, type Options, optionsForm, readOptions } from './subscription-options.ts';
import { NodeWork } from './work.ts';

/** Subscriptions of one bare JID at one service, and of one node. */
const MAX_OF_SUBSCRIBER = 500;
const MAX_OF_NODE = 10_000;

export async function subscribe(pubsub: Pubsub, request: PubsubRequest): Promise<Element> {
  const { host, notifier } = pubsub;
  const { action, asker } = request;
  const node = existingNode(host, request);
  const jid = subscriberOf(pubsub, action, asker, () => pubsubError('bad-request', 'invalid-jid'));
  const options = optionsBeside(request);
  const existing = subscriptionOf(pubsub, node, jid);
  if (existing?.state === 'pending') throw pubsubError('not-authorized', 'pending-subscription');
  if (!isOn(node.config, 'subscribe')) throw unsupported('subscribe');
  const waits = needsApproval(host, node, asker);
  // One subscription for each JID: asked again, it is as it was (section 6.1.6).
  if (existing && !options) return answer(existing);
  if (!existing) assertRoom(pubsub, node, jid);
  const state = existing || !waits ? 'subscribed' : 'pending';
  const subscription: NodeSubscription = {
    owner: node.owner.id,
    node: node.name,
    jid,
    state,
    options: initialOptions(node, options),
  };
  const work = new NodeWork(pubsub);
  work.setSubscription(subscription);
  work.after.push(() => {
    if (state === 'pending') askOwners(pubsub, node, subscription);
    else if (!existing) tellOwners(pubsub, node, subscription);
    // The answer goes first.
    if (state === 'subscribed' && !existing) host.clock.after(0, () => notifier.welcome(node, subscription));
  });
  await work.done();
  return answer(subscription, options);
}

export async function unsubscribe(pubsub: Pubsub, request: PubsubRequest): Promise<Element> {
  const node = existingNode(pubsub.host, request);
  const subscription = ownSubscription(pubsub, node, request, 'cancel');
  const work = new NodeWork(pubsub);
  const gone: NodeSubscription = { ...subscription, state: 'none' };
  work.setSubscription(gone);
  if (subscription.state === 'subscribed') work.after.push(() => tellOwners(pubsub, node, gone));
  await work.done();
  return answer(gone);
}

/** All of the asker's, or those at one node (section 5.6). */
export function getSubscriptions(pubsub: Pubsub, { owner, asker, action }: PubsubRequest): Element {
  const { host } = pubsub;
  const { node } = action.attrs;
  const found = host.store.nodes
    .subscriptionsOf(bareOf(host, asker), owner.id)
    .filter((each) => (node === undefined || each.node === node) && !hasEnded(each, host.clock.nowMs()));
  return xml('pubsub', { xmlns: NS_PUBSUB }, xml('subscriptions', { node }, ...found.map(subscriptionElement)));
}

/** Section 6.3: the subscription that a request names by node and JID. @throws StanzaError as sections 6.2.3 and 6.3.4 have it */
export function ownSubscription(
  pubsub: Pubsub,
  node: Node,
  { action, asker }: PubsubRequest,
  type: 'cancel' | 'modify',
): NodeSubscription {
  const jid = subscriberOf(pubsub, action, asker, () => new StanzaError('forbidden'));
  const subscription = subscriptionOf(pubsub, node, jid);
  if (!subscription) throw pubsubError('unexpected-request', 'not-subscribed', { type });
  return subscription;
}

/** Its `jid`, which must be the asker's, bare or full. */
function subscriberOf({ host }: Pubsub, action: Element, asker: Jid, mismatch: () => StanzaError): string {
  const { jid: text } = action.attrs;
  if (!text) throw pubsubError('bad-request', 'jid-required');
  const jid = Jid.parse(text);
  if (bareOf(host, jid) !== bareOf(host, asker)) throw mismatch();
  return addressOf(host, jid);
}

function subscriptionOf({ host }: Pubsub, { owner, name }: Node, jid: string): NodeSubscription | undefined {
  const found = host.store.nodes.subscription(owner.id, name, jid);
  return found && !hasEnded(found, host.clock.nowMs()) ? found : undefined;
}

/** Section 6.3.7: `<options/>` after `<subscribe/>`, without addresses of its own. @throws StanzaError bad-request */
function optionsBeside({ pubsub }: PubsubRequest): Options | undefined {
  const [first, second] = pubsub.getChildElements();
  if (first?.name === 'options') throw new StanzaError('bad-request');
  if (second?.name !== 'options') return undefined;
  const form = second.getChild('x', NS_DATA_FORM);
  if (second.attrs.node !== undefined || second.attrs.jid !== undefined || !form) throw new StanzaError('bad-request');
  return readOptions(form);
}

const initialOptions = ({ config }: Node, options: Options = {}): Options =>
  isOn(config, 'tempsub') ? { ...options, expire: 'presence' } : options;

/** @throws StanzaError policy-violation with <too-many-subscriptions/> */
function assertRoom({ host }: Pubsub, { owner, name }: Node, jid: string): void {
  const { nodes } = host.store;
  const own = nodes.subscriptionsOf(Jid.parse(jid).bare.toString(), owner.id).length;
  if (own >= MAX_OF_SUBSCRIBER || nodes.subscriptions(owner.id, name).length >= MAX_OF_NODE)
    throw pubsubError('policy-violation', 'too-many-subscriptions', { type: 'wait' });
}

/** Where the node is configured so: who came, and who went. */
function tellOwners({ host, notifier }: Pubsub, node: Node, subscription: NodeSubscription): void {
  if (!isOn(node.config, 'notify_sub')) return;
  for (const owner of ownersOf(host, node)) notifier.event(node.owner, owner, subscriptionElement(subscription));
}

/**
 * Ends the subscriptions that its access model, affiliations or presence no longer allow, and lets those through that waited
 * for what is no longer asked (XEP-0060 section 8.7, XEP-0163 section 7.1).
 */
export function dropLost(work: NodeWork, node: Node): void {
  const { host, notifier } = work.pubsub;
  for (const subscription of host.store.nodes.subscriptions(node.owner.id, node.name)) {
    const jid = Jid.parse(subscription.jid);
    const isPending = subscription.state === 'pending';
    const waits = node.config.access_model === 'authorize' && affiliationOf(host, node, jid) === 'none';
    if (isPending && waits) continue;
    if (refusal(host, node, jid)) work.moveSubscription(node, subscription, 'none');
    else if (isPending) {
      work.moveSubscription(node, subscription, 'subscribed');
      work.after.push(() => notifier.welcome(node, { ...subscription, state: 'subscribed' }));
    }
  }
}

const subscriptionElement = ({ node, jid, state }: NodeSubscription) =>
  xml('subscription', { node, jid, subscription: state });

function answer(subscription: NodeSubscription, options?: Options): Element {
  const form = options && xml('options', {}, optionsForm('result', options));
  return xml('pubsub', { xmlns: NS_PUBSUB }, subscriptionElement(subscription), form);
}
