/** What ends subscriptions and nodes by themselves: presence, rosters, leases, accounts that go. */
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import { change } from '../../store/changes.ts';
import type { Account } from '../../store/model.ts';
import type { NodeSubscription } from '../../store/node-model.ts';
import type { Element } from '../../xml.ts';
import type { Pubsub } from './actions.ts';
import { freshSinceMs } from './node-config.ts';
import { accountOwner, allNodes, bareOf, findNode, type NodeOwner, turnOf } from './nodes.ts';
import { endsWithPresence, hasEnded } from './subscription-options.ts';
import { dropLost } from './subscriptions.ts';
import { NodeWork } from './work.ts';

/** Of type 'cancel', but of the way there rather than of the subscriber. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'remote-server-not-found',
  'remote-server-timeout',
  'internal-server-error',
  'feature-not-implemented',
  'not-allowed',
]);

/** `service`: the host's own, where it has one. */
export class NodeLife {
  readonly #pubsub: Pubsub;
  readonly #service: () => NodeOwner;

  constructor(pubsub: Pubsub, service: () => NodeOwner) {
    this.#pubsub = pubsub;
    this.#service = service;
  }

  attach(): void {
    const { hooks } = this.#pubsub.host;
    hooks.on('subscription changed', ({ account, contact }) => this.#contactChanged(account, contact));
    hooks.on('roster item set', ({ account, contact }) => this.#contactChanged(account, contact));
    hooks.on('session available', ({ session, initial }) => initial && this.#cameOnline(session.jid));
    hooks.on('session unavailable', ({ session }) => this.wentOffline(session.jid));
    hooks.on('account removed', ({ account }) => this.#forget(account));
    hooks.on('night', ({ work }) => work.push(() => this.#night()));
  }

  get #host(): Host {
    return this.#pubsub.host;
  }

  /** XEP-0163 section 7.1: who may no longer see the account is no longer subscribed. */
  #contactChanged(account: Account, contact: Jid): void {
    const owner = accountOwner(this.#host, account);
    const found = this.#host.store.nodes.subscriptionsOf(bareOf(this.#host, contact), owner.id);
    const names = new Set(found.map(({ node }) => node));
    if (names.size > 0) this.#later(owner, async () => this.#recheck(owner, names));
  }

  async #recheck(owner: NodeOwner, names: ReadonlySet<string>): Promise<void> {
    const work = new NodeWork(this.#pubsub);
    for (const name of names) {
      const node = findNode(this.#host, owner, name);
      if (node) dropLost(work, node);
    }
    await work.done();
  }

  /** The last item of what a member is subscribed to at the service (XEP-0060 section 12.2). */
  #cameOnline(jid: Jid): void {
    const service = this.#service();
    const mine = this.#host.store.nodes.subscriptionsOf(bareOf(this.#host, jid), service.id);
    for (const subscription of mine) {
      const node = findNode(this.#host, service, subscription.node);
      if (node?.config.send_last_published_item !== 'on_sub_and_presence') continue;
      if (this.#isFor(subscription, jid)) this.#pubsub.notifier.welcome(node, { ...subscription, jid: jid.toString() });
    }
  }

  #isFor({ jid: subscribed }: NodeSubscription, jid: Jid): boolean {
    const { isBare, resource } = Jid.parse(subscribed);
    return isBare || resource === jid.resource;
  }

  /** Section 12.5: what lasts as long as the subscriber is online. */
  wentOffline(jid: Jid): void {
    const mine = this.#host.store.nodes.subscriptionsOf(bareOf(this.#host, jid)).filter(endsWithPresence);
    for (const subscription of mine) {
      const owner = this.#ownerOf(subscription);
      if (!owner || !this.#isOver(subscription, jid)) continue;
      this.#later(owner, () => this.#end([subscription]));
    }
  }

  #isOver({ jid: subscribed }: NodeSubscription, gone: Jid): boolean {
    const { isBare, resource } = Jid.parse(subscribed);
    return isBare ? !this.#pubsub.online.showsOf(gone.bare)?.length : resource === gone.resource;
  }

  async #end(subscriptions: readonly NodeSubscription[]): Promise<void> {
    const ended = subscriptions.map((each) => change('node subscription set', { ...each, state: 'none' }));
    if (ended.length > 0) await this.#host.store.journal.commit(...ended);
  }

  #ownerOf({ owner: id }: NodeSubscription): NodeOwner | undefined {
    if (id === this.#service().id) return this.#service();
    const account = this.#host.store.accounts.byId(id);
    return account?.server === this.#host.server.id ? accountOwner(this.#host, account) : undefined;
  }

  /** A subscriber whom a notification cannot reach for good has none any more (section 12.4). */
  async bounced(owner: NodeOwner, message: Element, from: Jid): Promise<void> {
    const error = message.getChild('error');
    const condition = error?.getChildElements()[0]?.name ?? '';
    const isLasting = condition === 'gone' || (error?.attrs.type === 'cancel' && !TRANSIENT.has(condition));
    const node = this.#pubsub.notifier.nodeOfNotification(message.attrs.id ?? '');
    if (!isLasting || node === undefined) return;
    const all = this.#host.store.nodes.subscriptionsOf(bareOf(this.#host, from), owner.id);
    await this.#end(all.filter((each) => each.node === node && this.#isFor(each, from)));
  }

  /** Its name may be somebody else's tomorrow: nothing is left to it. A node of the service that it alone owned goes too. */
  #forget(account: Account): void {
    const service = this.#service();
    this.#later(service, async () => {
      const { nodes, journal } = this.#host.store;
      const jid = this.#host.addressOf(account);
      const affiliations = nodes.affiliationsOf(jid);
      const orphans = affiliations.filter(
        ({ owner, node, affiliation }) =>
          owner === service.id &&
          affiliation === 'owner' &&
          !nodes.affiliations(owner, node).some((each) => each.affiliation === 'owner' && each.jid !== jid),
      );
      const changes = [
        ...nodes.subscriptionsOf(jid).map((each) => change('node subscription set', { ...each, state: 'none' })),
        ...affiliations.map((each) => change('node affiliation set', { ...each, affiliation: 'none' })),
        ...orphans.map(({ owner, node }) => change('node removed', { owner, node })),
      ];
      if (changes.length > 0) await journal.commit(...changes);
    });
  }

  /** Items and leases whose time is over. */
  async #night(): Promise<void> {
    const { host } = this.#pubsub;
    const nowMs = host.clock.nowMs();
    const owners = [this.#service(), ...host.accounts.list().map((account) => accountOwner(host, account))];
    for (const owner of owners) {
      for (const node of allNodes(host, owner)) {
        const beforeMs = freshSinceMs(node.config, nowMs);
        const { nodes, journal } = host.store;
        if (beforeMs > 0) await journal.commit(change('items expired', { owner: owner.id, node: node.name, beforeMs }));
        await this.#end(nodes.subscriptions(owner.id, node.name).filter((each) => hasEnded(each, nowMs)));
      }
    }
  }

  #later(owner: NodeOwner, work: () => Promise<void>): void {
    this.#host.turns.run(turnOf(owner), work).catch((error: unknown) => {
      this.#host.log.error({ error: String(error) }, 'subscriptions to nodes could not be set right');
    });
  }
}
