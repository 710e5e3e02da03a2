/** What owners do with the lists of their nodes: subscriptions and affiliations (XEP-0060 sections 5.7, 8.8 and 8.9). */
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import type { NodeAffiliation, NodeAffiliationKind, NodeSubscription } from '../../store/node-model.ts';
import { type Element, xml } from '../../xml.ts';
import { affiliationOf, isSelf, ownersOf, ownNode } from './access.ts';
import type { Pubsub } from './actions.ts';
import { NS_OWNER, NS_PUBSUB } from './errors.ts';
import { addressOf, allNodes, bareOf, memberAt, type Node, type PubsubRequest } from './nodes.ts';
import { hasEnded } from './subscription-options.ts';
import { dropLost } from './subscriptions.ts';
import { NodeWork } from './work.ts';

/** One list and one answer hold no more. */
const MAX_AFFILIATIONS = 1000;

/** Section 4.1, table 2: what an affiliation may become. */
const TRANSITIONS: Record<NodeAffiliationKind, readonly NodeAffiliationKind[]> = {
  outcast: ['outcast', 'none', 'member', 'publisher', 'publish-only', 'owner'],
  none: ['outcast', 'none', 'member', 'publisher', 'publish-only', 'owner'],
  member: ['outcast', 'none', 'member', 'publisher', 'publish-only', 'owner'],
  publisher: ['outcast', 'none', 'publisher', 'publish-only', 'owner'],
  'publish-only': ['outcast', 'none', 'publisher', 'publish-only', 'owner'],
  owner: ['none', 'owner'],
};

/** Those that the asker has itself. */
export function getAffiliations({ host }: Pubsub, { owner, asker, action }: PubsubRequest): Element {
  const { node } = action.attrs;
  const all: { node: string; affiliation: NodeAffiliationKind }[] = isSelf(host, owner, asker)
    ? allNodes(host, owner).map(({ name }) => ({ node: name, affiliation: 'owner' }))
    : host.store.nodes.affiliationsOf(bareOf(host, asker), owner.id);
  const found = all.filter((each) => node === undefined || each.node === node);
  const elements = found.map((each) => xml('affiliation', { node: each.node, affiliation: each.affiliation }));
  return xml('pubsub', { xmlns: NS_PUBSUB }, xml('affiliations', { node }, ...elements));
}

export function listAffiliations({ host }: Pubsub, request: PubsubRequest): Element {
  const node = ownNode(host, request);
  const own: NodeAffiliation[] = node.owner.account
    ? [{ owner: node.owner.id, node: node.name, jid: node.owner.address, affiliation: 'owner' }]
    : [];
  return affiliationsElement(node, [...own, ...host.store.nodes.affiliations(node.owner.id, node.name)]);
}

/** Those that can be, are made; the answer names the others as they are (section 8.9.2.4). */
export async function setAffiliations(pubsub: Pubsub, request: PubsubRequest): Promise<undefined> {
  const { host } = pubsub;
  const node = ownNode(host, request);
  const wanted = request.action.getChildren('affiliation').map(({ attrs }) => ({
    jid: bareOf(host, Jid.parse(attrs.jid ?? '')),
    affiliation: attrs.affiliation,
  }));
  if (new Set(wanted.map(({ jid }) => jid)).size !== wanted.length)
    throw new StanzaError('bad-request', { text: 'One affiliation for each entity.' });
  const work = new NodeWork(pubsub);
  const failed: NodeAffiliation[] = [];
  const owners = new Set(ownersOf(host, node));
  let count = host.store.nodes.affiliations(node.owner.id, node.name).length;
  for (const { jid, affiliation } of wanted) {
    // Left out, it stays as it is.
    if (affiliation === undefined) continue;
    const before = affiliationOf(host, node, Jid.parse(jid));
    if (before === 'none') count += 1;
    if (!isPossible(node, before, affiliation, owners) || count > MAX_AFFILIATIONS)
      failed.push({ owner: node.owner.id, node: node.name, jid, affiliation: before });
    else {
      if (affiliation === 'none') owners.delete(jid);
      work.changes.push(change('node affiliation set', { owner: node.owner.id, node: node.name, jid, affiliation }));
    }
  }
  await work.done();
  await settle(pubsub, node);
  if (failed.length > 0) throw new StanzaError('not-acceptable', { payload: affiliationsElement(node, failed) });
  return undefined;
}

function isPossible(
  { owner }: Node,
  before: NodeAffiliationKind,
  wanted: string,
  owners: ReadonlySet<string>,
): wanted is NodeAffiliationKind {
  if (!(TRANSITIONS[before] as readonly string[]).includes(wanted)) return false;
  // An account is the one owner of its nodes, and a node always has an owner.
  if (owner.account) return wanted !== 'owner' && before !== 'owner';
  return !(before === 'owner' && wanted === 'none' && owners.size === 1);
}

/** Subscriptions follow the affiliations (section 8.7). */
async function settle(pubsub: Pubsub, node: Node): Promise<void> {
  const work = new NodeWork(pubsub);
  dropLost(work, node);
  await work.done();
}

export function listSubscriptions({ host }: Pubsub, request: PubsubRequest): Element {
  const node = ownNode(host, request);
  const found = host.store.nodes
    .subscriptions(node.owner.id, node.name)
    .filter((each) => each.state === 'subscribed' && !hasEnded(each, host.clock.nowMs()));
  return subscriptionsElement(node, found);
}

/** Section 8.8.2. Owners end subscriptions, let waiting ones in, and subscribe members of this host. */
export async function setSubscriptions(pubsub: Pubsub, request: PubsubRequest): Promise<undefined> {
  const { host } = pubsub;
  const node = ownNode(host, request);
  const work = new NodeWork(pubsub);
  const failed: NodeSubscription[] = [];
  for (const { attrs } of request.action.getChildren('subscription')) {
    const { subscription: wanted } = attrs;
    if (wanted === undefined) continue;
    const jid = Jid.parse(attrs.jid ?? '');
    const before: NodeSubscription = host.store.nodes.subscription(node.owner.id, node.name, addressOf(host, jid)) ?? {
      owner: node.owner.id,
      node: node.name,
      jid: addressOf(host, jid),
      state: 'none',
      options: {},
    };
    // Nobody elsewhere is told of what they never asked for.
    const isKnown = before.state !== 'none' || memberAt(host, jid) !== undefined;
    if (wanted === 'none' || (wanted === 'subscribed' && isKnown)) {
      if (before.state !== wanted) work.moveSubscription(node, before, wanted);
    } else if (before.state !== wanted) failed.push(before);
  }
  await work.done();
  if (failed.length > 0) throw new StanzaError('not-acceptable', { payload: subscriptionsElement(node, failed) });
  return undefined;
}

function affiliationsElement({ name }: Node, list: readonly NodeAffiliation[]): Element {
  const elements = list.map(({ jid, affiliation }) => xml('affiliation', { jid, affiliation }));
  return xml('pubsub', { xmlns: NS_OWNER }, xml('affiliations', { node: name }, ...elements));
}

function subscriptionsElement({ name }: Node, list: readonly NodeSubscription[]): Element {
  const elements = list.map(({ jid, state }) => xml('subscription', { jid, subscription: state }));
  return xml('pubsub', { xmlns: NS_OWNER }, xml('subscriptions', { node: name }, ...elements));
}
