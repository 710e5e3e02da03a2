/** The nodes of accounts and of the service (XEP-0060), as the store keeps them. */
import type { Id } from './model.ts';

/** A pubsub node (XEP-0060) of an account, or of the server's own service. */
export interface NodeRow {
  /** An account's id, or the server's. */
  owner: Id;
  node: string;
  /** node_config fields by their `var` without `pubsub#`; the lines of one that takes several values. */
  config: Record<string, string>;
  /** Bare JID. */
  creator?: string;
  createdMs?: number;
}

export interface NodeItem {
  owner: Id;
  node: string;
  id: string;
  /** Full JID that published it. */
  publisher: string;
  atMs: number;
  /** The payload, serialised with its `xmlns`; empty for a bare item. */
  payload: string;
}

/** A page of a node's items (XEP-0059), in order of publication. */
export interface NodeItemQuery {
  owner: Id;
  node: string;
  /** Items published earlier have expired. */
  sinceMs: number;
  /** Exclusive bounds by item id. */
  afterId?: string;
  beforeId?: string;
  limit: number;
  /** True: the last `limit` between the bounds, still in order. */
  fromEnd: boolean;
}

export interface NodeItemPage {
  items: NodeItem[];
  /** Items of the node, whatever the page. */
  total: number;
  /** How many of them come before the page's first. */
  index: number;
}

/** XEP-0060 section 4.1. */
export type NodeAffiliationKind = 'owner' | 'publisher' | 'publish-only' | 'member' | 'none' | 'outcast';

export interface NodeAffiliation {
  owner: Id;
  node: string;
  /** Bare JID. */
  jid: string;
  affiliation: NodeAffiliationKind;
}

/** XEP-0060 section 4.2. */
export type SubscriptionState = 'none' | 'pending' | 'subscribed';

export interface NodeSubscription {
  owner: Id;
  node: string;
  /** Bare or full, as it was subscribed. */
  jid: string;
  state: SubscriptionState;
  /** subscribe_options fields by their `var` without `pubsub#`; the lines of one that takes several values. */
  options: Record<string, string>;
}
