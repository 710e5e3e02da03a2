/**
 * A node of the server's own at its service, open to all, with one item in which the server says something of itself. Nobody but the
 * server changes it; one that a member has made under its name gives way.
 */
import { change } from '../../store/changes.ts';
import type { Element } from '../../xml.ts';
import type { Pubsub } from './actions.ts';
import { findNode, type Node, type NodeOwner, nodeOf, turnOf } from './nodes.ts';
import { serialised } from './publish.ts';
import { NodeWork, publishItem } from './work.ts';

const ITEM = 'current';

export interface OwnNodeFacts {
  node: string;
  title: string;
  /** The namespace of its payload. */
  type: string;
}

export class OwnNode {
  readonly #pubsub: Pubsub;
  readonly #owner: () => NodeOwner;
  readonly #facts: OwnNodeFacts;

  constructor(pubsub: Pubsub, owner: () => NodeOwner, facts: OwnNodeFacts) {
    this.#pubsub = pubsub;
    this.#owner = owner;
    this.#facts = facts;
  }

  /** The XMPP URI of the node. */
  get uri(): string {
    return `xmpp:${this.#owner().address}?;node=${this.#facts.node}`;
  }

  /** Says what is so once its turn has come; undefined takes the node away. Not waited for: a failure is logged. */
  say(payload: () => Element | undefined): void {
    const { host } = this.#pubsub;
    const { node } = this.#facts;
    host.turns
      .run(turnOf(this.#owner(), node), () => this.#say(payload()))
      .catch((error: unknown) =>
        host.log.warn({ node, error: String(error) }, 'a node of the server is not up to date'),
      );
  }

  async #say(said: Element | undefined): Promise<void> {
    if (!said) return this.#takeDown();
    const { host } = this.#pubsub;
    const work = new NodeWork(this.#pubsub);
    const found = this.#own(work);
    const payload = serialised(said);
    const { owner, row } = found;
    if (host.store.nodes.item(owner.id, row.node, ITEM)?.payload === payload && work.changes.length === 0) return;
    const item = { owner: owner.id, node: row.node, id: ITEM, publisher: owner.address, payload };
    publishItem(work, found, { ...item, atMs: host.clock.nowMs() });
    await work.done();
  }

  #own(work: NodeWork): Node {
    const { host } = this.#pubsub;
    const { node, title, type } = this.#facts;
    const owner = this.#owner();
    const found = findNode(host, owner, node);
    if (found && this.#isOurs(found)) return found;
    if (found) work.changes.push(change('node removed', { owner: owner.id, node }));
    const config = { title, access_model: 'open', max_items: '1', type };
    const row = { owner: owner.id, node, config, creator: owner.address, createdMs: host.clock.nowMs() };
    work.changes.push(change('node set', row));
    return nodeOf(owner, row);
  }

  #isOurs({ owner, row }: Node): boolean {
    return row.creator === owner.address;
  }

  async #takeDown(): Promise<void> {
    const { host } = this.#pubsub;
    const found = findNode(host, this.#owner(), this.#facts.node);
    if (!found || !this.#isOurs(found)) return;
    await host.store.journal.commit(change('node removed', { owner: found.owner.id, node: this.#facts.node }));
  }
}
