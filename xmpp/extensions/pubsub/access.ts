/** Who may do what: affiliations, access models and publish models (XEP-0060 sections 4.1 and 4.5). */
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Account } from '../../store/model.ts';
import type { NodeAffiliationKind } from '../../store/node-model.ts';
import { pubsubError } from './errors.ts';
import { linesOf } from './fields.ts';
import { bareOf, existingNode, memberAt, type Node, type NodeOwner, type PubsubRequest } from './nodes.ts';
import { hasEnded } from './subscription-options.ts';

/** Nodes of one owner, and those that one member makes at the service. */
const MAX_NODES: Record<NodeOwner['kind'], number> = { account: 500, service: 5000 };
const MAX_NODES_OF_MEMBER = 100;

export function isSelf(host: Host, owner: NodeOwner, { local, domain }: Jid): boolean {
  return owner.account !== undefined && local === owner.account.local && host.serves(domain);
}

export function affiliationOf(host: Host, { owner, name }: Node, jid: Jid): NodeAffiliationKind {
  if (isSelf(host, owner, jid)) return 'owner';
  return host.store.nodes.affiliation(owner.id, name, bareOf(host, jid))?.affiliation ?? 'none';
}

/** Bare addresses. */
export function ownersOf(host: Host, { owner, name }: Node): string[] {
  if (owner.account) return [owner.address];
  const all = host.store.nodes.affiliations(owner.id, name);
  return all.filter(({ affiliation }) => affiliation === 'owner').map(({ jid }) => jid);
}

/** The node of a request that only its owner may make. @throws StanzaError bad-request, forbidden, item-not-found */
export function ownNode(host: Host, request: PubsubRequest): Node {
  const { owner, asker } = request;
  // A stranger does not learn which nodes an account has.
  if (owner.account && !isSelf(host, owner, asker)) throw new StanzaError('forbidden');
  const node = existingNode(host, request);
  if (affiliationOf(host, node, asker) !== 'owner' || isKeptOut(host, node, asker)) throw new StanzaError('forbidden');
  return node;
}

/**
 * At the service limited members have to do with those nodes only that the server or an administrator of it looks after, as with
 * rooms: nodes could be made to carry messages.
 */
function isKeptOut(host: Host, node: Node, asker: Jid): boolean {
  if (node.owner.account || memberAt(host, asker)?.role !== 'limited') return false;
  const isTrusted = (jid: string) => memberAt(host, Jid.parse(jid))?.role === 'administrator';
  return node.row.creator !== node.owner.address && !ownersOf(host, node).some(isTrusted);
}

/** An account's nodes are its own; at the service, members make them. @throws StanzaError forbidden, resource-constraint */
export function assertMayCreate(host: Host, owner: NodeOwner, asker: Jid): void {
  if (!owner.account && memberAt(host, asker)?.role === 'limited') throw new StanzaError('forbidden');
  if (owner.account ? !isSelf(host, owner, asker) : !memberAt(host, asker)) throw new StanzaError('forbidden');
  const { nodes } = host.store;
  const own = nodes.affiliationsOf(bareOf(host, asker), owner.id).filter(({ affiliation }) => affiliation === 'owner');
  if (nodes.nodes(owner.id).length >= MAX_NODES[owner.kind] || own.length >= MAX_NODES_OF_MEMBER)
    throw pubsubError('resource-constraint', 'max-nodes-exceeded');
}

export const maySee = (host: Host, node: Node, asker: Jid) => refusal(host, node, asker) === undefined;

/** @throws StanzaError as section 6.5.9 has it for the node's access model */
export function assertMaySee(host: Host, node: Node, asker: Jid): void {
  const error = refusal(host, node, asker);
  if (error) throw error;
}

/** Whether a subscription waits for an owner's word. @throws StanzaError as section 6.1.3 has it */
export function needsApproval(host: Host, node: Node, asker: Jid): boolean {
  if (node.config.access_model === 'authorize' && affiliationOf(host, node, asker) === 'none') return true;
  assertMaySee(host, node, asker);
  return false;
}

/** Why one who is subscribed, or would be by presence, may not see the node any more. */
export function refusal(host: Host, node: Node, asker: Jid): StanzaError | undefined {
  if (isKeptOut(host, node, asker)) return new StanzaError('forbidden');
  const affiliation = affiliationOf(host, node, asker);
  if (affiliation === 'outcast' || affiliation === 'publish-only') return new StanzaError('forbidden');
  if (affiliation !== 'none') return undefined;
  switch (node.config.access_model) {
    case 'open':
      return undefined;
    case 'presence':
      if (accountsOf(host, node).some((owner) => host.roster.sees(owner, asker.bare))) return undefined;
      return pubsubError('not-authorized', 'presence-subscription-required');
    case 'roster':
      if (accountsOf(host, node).some((owner) => isInGroup(host, node, owner, asker))) return undefined;
      return pubsubError('not-authorized', 'not-in-roster-group');
    case 'authorize':
      if (isSubscribed(host, node, asker)) return undefined;
      return pubsubError('not-authorized', 'not-subscribed');
    default:
      return pubsubError('not-allowed', 'closed-node');
  }
}

/** The owners whose presence and rosters this host knows. */
function accountsOf(host: Host, node: Node): Account[] {
  if (node.owner.account) return [node.owner.account];
  return ownersOf(host, node).flatMap((jid) => memberAt(host, Jid.parse(jid)) ?? []);
}

function isInGroup(host: Host, { config }: Node, owner: Account, asker: Jid): boolean {
  if (!host.roster.sees(owner, asker.bare)) return false;
  const allowed = linesOf(config.roster_groups_allowed);
  return host.roster.item(owner, asker.bare)?.groups.some((group) => allowed.includes(group)) ?? false;
}

function isSubscribed(host: Host, { owner, name }: Node, jid: Jid): boolean {
  return host.store.nodes
    .subscriptionsOf(bareOf(host, jid), owner.id)
    .some((each) => each.node === name && each.state === 'subscribed' && !hasEnded(each, host.clock.nowMs()));
}

/** @throws StanzaError forbidden */
export function assertMayPublish(host: Host, node: Node, asker: Jid): void {
  if (!mayPublish(host, node, asker)) throw new StanzaError('forbidden');
}

function mayPublish(host: Host, node: Node, asker: Jid): boolean {
  if (isKeptOut(host, node, asker)) return false;
  const affiliation = affiliationOf(host, node, asker);
  if (affiliation === 'owner' || affiliation === 'publisher' || affiliation === 'publish-only') return true;
  if (affiliation === 'outcast') return false;
  const { publish_model: model } = node.config;
  return model === 'open' || (model === 'subscribers' && isSubscribed(host, node, asker));
}

/** Owners delete any item, who may publish their own (section 4.1). @throws StanzaError forbidden */
export function assertMayRetract(host: Host, node: Node, asker: Jid, publisher: string | undefined): void {
  if (affiliationOf(host, node, asker) === 'owner') return;
  assertMayPublish(host, node, asker);
  if (publisher !== undefined && bareOf(host, Jid.parse(publisher)) !== bareOf(host, asker))
    throw new StanzaError('forbidden');
}
