/** What one request changes at nodes: collected, committed at once, told after that. */
import { assertWithinQuota } from '../../access/quota.ts';
import { type Change, change } from '../../store/changes.ts';
import type { NodeItem, NodeSubscription, SubscriptionState } from '../../store/node-model.ts';
import { type Element, xml } from '../../xml.ts';
import type { Pubsub } from './actions.ts';
import { freshSinceMs, isOn, keepOf } from './node-config.ts';
import type { Node } from './nodes.ts';
import { itemsEvent } from './notify.ts';

export class NodeWork {
  readonly pubsub: Pubsub;
  readonly changes: Change[];
  /** Runs when the changes are on disk. */
  readonly after: (() => void)[];
  /** It is made of what happened elsewhere: nobody is to convert it back. */
  readonly isConversion: boolean;

  /** With a hook's event, all that is done becomes part of that event. */
  constructor(pubsub: Pubsub, event?: { changes: Change[]; after: (() => void)[] }) {
    this.pubsub = pubsub;
    this.changes = event?.changes ?? [];
    this.after = event?.after ?? [];
    this.isConversion = event !== undefined;
  }

  tell(node: Node, what: Element, publisher?: string): void {
    this.after.push(() => this.pubsub.notifier.tell(node, what, publisher));
  }

  setSubscription(subscription: NodeSubscription): void {
    this.changes.push(change('node subscription set', subscription));
  }

  /** Sets its state and tells the subscriber (section 12.14). */
  moveSubscription(node: Node, subscription: NodeSubscription, state: SubscriptionState): void {
    this.setSubscription({ ...subscription, state });
    this.after.push(() => this.pubsub.notifier.tellSubscriber(node, subscription, state));
  }

  /** Resolves when all of it is on disk and told. @throws CommitError */
  async done(): Promise<void> {
    if (this.changes.length > 0) await this.pubsub.host.store.journal.commit(...this.changes);
    for (const run of this.after) run();
  }
}

/**
 * Keeps the item, where the node keeps any, and tells of it and of those that it pushes out (sections 7.1.2 and 7.1.2.5).
 * @throws StanzaError resource-constraint where its owner's nodes hold all that they may
 */
export function publishItem(work: NodeWork, node: Node, item: NodeItem): void {
  const { owner, name, config } = node;
  if (isOn(config, 'persist_items')) {
    if (owner.account) assertWithinQuota(work.pubsub.host, owner.id, 'nodes', growthOf(work, node, item));
    const beforeMs = freshSinceMs(config, item.atMs);
    if (beforeMs > 0) work.changes.push(change('items expired', { owner: owner.id, node: name, beforeMs }));
    for (const id of pushedOut(work, node, item)) work.tell(node, retraction(node, id));
    work.changes.push(change('item published', { ...item, keep: keepOf(config) }));
  }
  work.tell(node, itemsEvent(node, item), item.publisher);
  announce(work, node, { published: [item] });
}

/** What the item takes, less what it replaces. */
function growthOf({ pubsub: { host } }: NodeWork, { owner, name, config }: Node, { id, payload }: NodeItem): number {
  const { nodes } = host.store;
  const replaced = keepOf(config) === 1 ? nodes.items(owner.id, name, 1)[0] : nodes.item(owner.id, name, id);
  return Buffer.byteLength(payload) - Buffer.byteLength(replaced?.payload ?? '');
}

/** Of a node of one item, the new one says all; nor is told what the owner wants discarded in silence. */
function pushedOut({ pubsub: { host } }: NodeWork, { owner, name, config }: Node, { id, atMs }: NodeItem): string[] {
  const keep = keepOf(config);
  if (keep === 1 || config.publish_node_full !== 'retract-oldest' || !isOn(config, 'notify_retract')) return [];
  const { nodes } = host.store;
  const others = nodes.count(owner.id, name, freshSinceMs(config, atMs)) - (nodes.item(owner.id, name, id) ? 1 : 0);
  if (others < keep) return [];
  return nodes
    .oldest(owner.id, name, others - keep + 2)
    .filter((oldest) => oldest !== id)
    .slice(0, others - keep + 1);
}

const retraction = (node: Node, id: string) => xml('items', { node: node.name }, xml('retract', { id }));

/** `isAsked`: who retracts wants it told, whatever the node's configuration says. */
export function retractItem(work: NodeWork, node: Node, id: string, isAsked = false): void {
  work.changes.push(change('item retracted', { owner: node.owner.id, node: node.name, id }));
  if (isAsked || isOn(node.config, 'notify_retract')) work.tell(node, retraction(node, id));
  announce(work, node, { retracted: [id] });
}

export function emptyNode(work: NodeWork, node: Node): void {
  work.changes.push(change('node purged', { owner: node.owner.id, node: node.name }));
  work.tell(node, xml('purge', { node: node.name }));
  announce(work, node, { emptied: true });
}

interface Happened {
  published?: NodeItem[];
  retracted?: string[];
  emptied?: boolean;
}

/** Other extensions keep the same facts in forms of their own. What they make of it, they are not told of again. */
export function announce(
  work: NodeWork,
  node: Node,
  { published = [], retracted = [], emptied = false }: Happened,
): void {
  const { account } = node.owner;
  if (!account || work.isConversion) return;
  const { changes, after } = work;
  const { access_model: access } = node.config;
  const facts = { account, node: node.name, access, published, retracted, emptied };
  work.pubsub.host.hooks.run('node items changed', { ...facts, changes, after });
}
