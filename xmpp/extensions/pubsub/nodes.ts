/** Nodes, whose they are, and what a request to them is about. */
import type { Host } from '../../extension.ts';
import type { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Account, Id } from '../../store/model.ts';
import type { NodeRow } from '../../store/node-model.ts';
import type { Element } from '../../xml.ts';
import { pubsubError } from './errors.ts';
import { configOf, type NodeConfig, type OwnerKind } from './node-config.ts';

/** Of a node's or an item's id. */
export const MAX_ID_LENGTH = 1024;

/** Whose nodes: an account (XEP-0163) or the host's own service (XEP-0060). */
export interface NodeOwner {
  kind: OwnerKind;
  /** As the store knows it: the account's id, or the server's. */
  id: Id;
  /** Where requests go and notifications come from. */
  address: string;
  /** Absent for the service. */
  account: Account | undefined;
}

export interface Node {
  owner: NodeOwner;
  name: string;
  config: NodeConfig;
  row: NodeRow;
}

export interface PubsubRequest {
  owner: NodeOwner;
  asker: Jid;
  /** `<pubsub/>` */
  pubsub: Element;
  /** Its child that names what is asked for. */
  action: Element;
}

/** Whose turn it is to change something: an account's, which keeps the same facts in several nodes, or a node's of the service. */
export const turnOf = ({ id, account }: NodeOwner, node = '') => (account ? id : `${id} ${node}`);

export const accountOwner = (host: Host, account: Account): NodeOwner => ({
  kind: 'account',
  id: account.id,
  address: host.addressOf(account),
  account,
});

/** The bare address by which affiliations and subscriptions know somebody: members of the box by their primary one. */
export const bareOf = (host: Host, jid: Jid): string => host.knownAs(jid).bare.toString();

/** The same with the resource, where there is one. */
export const addressOf = (host: Host, jid: Jid): string => host.knownAs(jid).toString();

export function memberAt(host: Host, { local, domain }: Jid): Account | undefined {
  return local !== '' && host.serves(domain) ? host.accounts.find(local) : undefined;
}

/** @throws StanzaError bad-request, not-acceptable */
export function nodeName({ action }: { action: Element }): string {
  const { node } = action.attrs;
  if (!node) throw pubsubError('bad-request', 'nodeid-required');
  if (node.length > MAX_ID_LENGTH)
    throw new StanzaError('not-acceptable', { text: 'The name of the node is too long.' });
  return node;
}

export function nodeOf(owner: NodeOwner, row: NodeRow): Node {
  return { owner, name: row.node, config: configOf(owner.kind, row.config), row };
}

export function findNode(host: Host, owner: NodeOwner, name: string): Node | undefined {
  const row = host.store.nodes.node(owner.id, name);
  return row && nodeOf(owner, row);
}

/** @throws StanzaError bad-request, item-not-found */
export function existingNode(host: Host, request: PubsubRequest): Node {
  const node = findNode(host, request.owner, nodeName(request));
  if (!node) throw new StanzaError('item-not-found');
  return node;
}

export function allNodes(host: Host, owner: NodeOwner): Node[] {
  return host.store.nodes.nodes(owner.id).map((row) => nodeOf(owner, row));
}
