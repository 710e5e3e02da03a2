/** The nodes of an account, and who may see them. */
import type { Host } from '../../extension.ts';
import type { IqRequest } from '../../routing/iq-table.ts';
import type { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Account } from '../../store/model.ts';
import type { Element } from '../../xml.ts';
import { pubsubError } from './errors.ts';
import { configOf, type NodeConfig } from './node-config.ts';

/** Nodes of one account. */
export const MAX_NODES = 500;
/** Of a node's or an item's id. */
export const MAX_ID_LENGTH = 1024;

export interface Node {
  owner: Account;
  name: string;
  config: NodeConfig;
}

/** What a request to an account's nodes is about. */
export interface PepRequest {
  owner: Account;
  asker: Jid;
  /** The asker is the owner, by whatever resource. */
  isOwner: boolean;
  /** `<pubsub/>` */
  pubsub: Element;
  /** Its child that names what is asked for. */
  action: Element;
}

export function pepRequest(host: Host, { account, from, payload }: IqRequest): PepRequest {
  if (!account) throw new StanzaError('service-unavailable');
  const [action] = payload.getChildElements();
  if (!action) throw new StanzaError('bad-request');
  return { owner: account, asker: from, isOwner: isOwn(host, account, from), pubsub: payload, action };
}

export const isOwn = (host: Host, owner: Account, { local, domain }: Jid) =>
  local === owner.local && host.serves(domain);

/** @throws StanzaError forbidden */
export function assertOwner({ isOwner }: PepRequest): void {
  if (!isOwner) throw new StanzaError('forbidden');
}

/** @throws StanzaError bad-request, not-acceptable */
export function nodeName({ action }: PepRequest): string {
  const { node } = action.attrs;
  if (!node) throw pubsubError('bad-request', 'nodeid-required');
  if (node.length > MAX_ID_LENGTH)
    throw new StanzaError('not-acceptable', { text: 'The name of the node is too long.' });
  return node;
}

export function findNode(host: Host, owner: Account, name: string): Node | undefined {
  const row = host.store.pep.node(owner.id, name);
  return row && { owner, name, config: configOf(row.config) };
}

/** @throws StanzaError bad-request, item-not-found */
export function existingNode(host: Host, request: PepRequest): Node {
  const node = findNode(host, request.owner, nodeName(request));
  if (!node) throw new StanzaError('item-not-found');
  return node;
}

export function allNodes(host: Host, owner: Account): Node[] {
  return host.store.pep.nodes(owner.id).map(({ node, config }) => ({ owner, name: node, config: configOf(config) }));
}

/** @throws StanzaError resource-constraint */
export function assertRoomForNode(host: Host, owner: Account): void {
  if (host.store.pep.nodes(owner.id).length >= MAX_NODES)
    throw pubsubError('resource-constraint', 'max-nodes-exceeded');
}

export function maySee(host: Host, node: Node, asker: Jid): boolean {
  return refusal(host, node, asker) === undefined;
}

/** @throws StanzaError as section 6.5.9 of XEP-0060 has it for the node's access model */
export function assertMaySee(host: Host, node: Node, asker: Jid): void {
  const error = refusal(host, node, asker);
  if (error) throw error;
}

function refusal(host: Host, { owner, config }: Node, asker: Jid): StanzaError | undefined {
  if (isOwn(host, owner, asker) || config.access_model === 'open') return undefined;
  if (config.access_model !== 'presence') return pubsubError('not-allowed', 'closed-node');
  if (host.roster.sees(owner, asker.bare)) return undefined;
  return pubsubError('not-authorized', 'presence-subscription-required');
}
