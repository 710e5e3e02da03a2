/**
 * Who is told of what happens at a node: subscribers; and for an account's node its own resources and those of contacts that may
 * see it and whose capabilities say `NODE+notify` (XEP-0060 sections 9 and 12.2, XEP-0163 section 4).
 */
import { dateTime } from '../../clock.ts';
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import type { Account, Id } from '../../store/model.ts';
import type { NodeItem, NodeSubscription, SubscriptionState } from '../../store/node-model.ts';
import { clone, type Element, parse, xml } from '../../xml.ts';
import { isSelf, maySee } from './access.ts';
import { NS_EVENT } from './errors.ts';
import { freshSinceMs, isOn } from './node-config.ts';
import { accountOwner, allNodes, type Node, type NodeOwner } from './nodes.ts';
import type { Online } from './online.ts';
import { hasEnded, isWelcome } from './subscription-options.ts';

type Features = ReadonlySet<string>;

/** Notifications that are known when they come back as errors. */
const MAX_REMEMBERED = 5000;

const NS_ADDRESS = 'http://jabber.org/protocol/address';

export class Notifier {
  readonly #host: Host;
  readonly #online: Online;
  /** Who is online and what it speaks, by account and full JID. */
  readonly #audience = new Map<Id, Map<string, Features>>();
  /** What the last notifications were about, by their ids: for those that come back. */
  readonly #sent = new Map<string, string>();

  constructor(host: Host, online: Online) {
    this.#host = host;
    this.#online = online;
  }

  attach(): void {
    const { hooks } = this.#host;
    hooks.on('features known', ({ account, jid, features }) => this.#joined(account, jid, features));
    hooks.on('features forgotten', ({ account, jid }) => this.#left(account, jid));
    hooks.on('subscription changed', ({ account, contact, from, sawBefore }) => {
      if (from && !sawBefore) this.#seen(account, contact);
    });
    hooks.on('account removed', ({ account }) => this.#audience.delete(account.id));
  }

  /** `what` is the child of `<event/>`; `publisher` the full JID whose item it holds. */
  tell(node: Node, what: Element, publisher?: string): void {
    this.tellThese(node, this.audienceOf(node), what, publisher);
  }

  tellThese(node: Node, audience: readonly string[], what: Element, publisher?: string): void {
    for (const to of audience) this.#send(node, to, clone(what), ...this.#replyTo(node, Jid.parse(to), publisher));
  }

  /** Who hears of the node now: each once (XEP-0163 section 4.3.2). */
  audienceOf(node: Node, pending?: 'with pending'): string[] {
    if (!isOn(node.config, 'deliver_notifications')) return [];
    const listeners = this.#listeners(node);
    const known = new Set(listeners.flatMap((jid) => [jid.toString(), jid.bare.toString()]));
    const subscribers = this.#host.store.nodes
      .subscriptions(node.owner.id, node.name)
      .filter((each) => !known.has(each.jid) && (this.#isDue(node, each) || (pending && each.state === 'pending')));
    return [...listeners.map(String), ...subscribers.map(({ jid }) => jid)];
  }

  /** Who of an account's audience hears of the node. */
  #listeners(node: Node): Jid[] {
    const audience = [...(this.#audience.get(node.owner.id) ?? [])].map(([jid, features]) => ({
      jid: Jid.parse(jid),
      features,
    }));
    return audience.filter(({ jid, features }) => this.#wants(node, jid, features)).map(({ jid }) => jid);
  }

  #isDue(node: Node, subscription: NodeSubscription): boolean {
    if (subscription.state !== 'subscribed' || hasEnded(subscription, this.#host.clock.nowMs())) return false;
    const jid = Jid.parse(subscription.jid);
    const shows = this.#online.showsOf(jid);
    if (isOn(node.config, 'presence_based_delivery') && !shows?.length) return false;
    return isWelcome(subscription, shows) && maySee(this.#host, node, jid) && !this.#isBlocked(node, jid);
  }

  /** The subscriber, pending ones too, of what became of its subscription (section 12.14), and of the node's end. */
  tellSubscriber({ owner }: Pick<Node, 'owner'>, { node, jid }: NodeSubscription, state: SubscriptionState): void {
    this.event(owner, jid, xml('subscription', { node, jid, subscription: state }));
  }

  /** The last item to a new subscriber (section 6.1.7). */
  welcome(node: Node, subscription: NodeSubscription): void {
    if (node.config.send_last_published_item === 'never' || !this.#isDue(node, subscription)) return;
    this.sendLast(node, subscription.jid);
  }

  /** The last item to those who hear of the node only now: its access model has changed (section 12.2). */
  sendLastToNew(before: Node, now: Node): void {
    if (now.config.send_last_published_item === 'never') return;
    const known = new Set(this.#listeners(before).map(String));
    for (const jid of this.#listeners(now)) if (!known.has(jid.toString())) this.sendLast(now, jid.toString());
  }

  sendLast(node: Node, to: string): void {
    const { nodes } = this.#host.store;
    const [last] = nodes.items(node.owner.id, node.name, 1);
    if (!last || last.atMs < freshSinceMs(node.config, this.#host.clock.nowMs())) return;
    const delay = xml('delay', { xmlns: 'urn:xmpp:delay', stamp: dateTime(last.atMs) });
    this.#send(node, to, itemsEvent(node, last), ...this.#replyTo(node, Jid.parse(to), last.publisher), delay);
  }

  /** The last item of each node that it did not ask for before (XEP-0163 section 4.3.4). */
  #joined(account: Account, jid: Jid, features: Features): void {
    let audience = this.#audience.get(account.id);
    if (!audience) {
      audience = new Map();
      this.#audience.set(account.id, audience);
    }
    const before = audience.get(jid.toString());
    audience.set(jid.toString(), features);
    this.#greet(account, jid, features, before);
  }

  /** A contact whose presence was there first sees the account from now on. */
  #seen(account: Account, contact: Jid): void {
    for (const [address, features] of this.#audience.get(account.id) ?? []) {
      const jid = Jid.parse(address);
      if (jid.bare.equals(contact.bare)) this.#greet(account, jid, features);
    }
  }

  #greet(account: Account, jid: Jid, features: Features, before?: Features): void {
    if (![...features].some((feature) => feature.endsWith('+notify'))) return;
    for (const node of allNodes(this.#host, accountOwner(this.#host, account))) {
      const isNew = !before?.has(`${node.name}+notify`);
      if (isNew && node.config.send_last_published_item === 'on_sub_and_presence' && this.#wants(node, jid, features))
        this.sendLast(node, jid.toString());
    }
  }

  #left(account: Account, jid: Jid): void {
    const audience = this.#audience.get(account.id);
    audience?.delete(jid.toString());
    if (audience?.size === 0) this.#audience.delete(account.id);
  }

  #wants(node: Node, jid: Jid, features: Features): boolean {
    if (!features.has(`${node.name}+notify`) || !maySee(this.#host, node, jid)) return false;
    if (isSelf(this.#host, node.owner, jid)) return true;
    // Without a presence subscription it is not subscribed, even to an open node.
    const { account } = node.owner;
    return account !== undefined && this.#host.roster.sees(account, jid.bare) && !this.#isBlocked(node, jid);
  }

  /** Who is blocked does not see the member, and so hears nothing of it. */
  #isBlocked({ owner: { account } }: Node, contact: Jid): boolean {
    return account !== undefined && this.#host.hooks.run('presence to contact', { account, contact, drop: false }).drop;
  }

  /** Those who see the owner's presence learn which of its resources published (XEP-0163 section 4.3.1, XEP-0033). */
  #replyTo(node: Node, to: Jid, publisher: string | undefined): Element[] {
    const { account } = node.owner;
    if (!publisher || node.config.itemreply === 'none' || !account || !this.#host.roster.sees(account, to.bare))
      return [];
    return [xml('addresses', { xmlns: NS_ADDRESS }, xml('address', { type: 'replyto', jid: publisher }))];
  }

  #send({ owner, config }: Node, to: string, what: Element, ...more: Element[]): void {
    this.event(owner, to, what, config.notification_type, ...more);
  }

  /** The node that a notification was about, where it went out lately. */
  nodeOfNotification(id: string): string | undefined {
    return this.#sent.get(id);
  }

  #remember(id: string, { attrs: { node = '' } }: Element): void {
    this.#sent.set(id, node);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > MAX_REMEMBERED && oldest !== undefined) this.#sent.delete(oldest);
  }

  event({ address }: NodeOwner, to: string, what: Element, type?: string, ...more: Element[]): void {
    const attrs = { type, id: this.#host.store.newId(), from: address, to };
    this.#remember(attrs.id, what);
    this.#host.send(xml('message', attrs, xml('event', { xmlns: NS_EVENT }, what), ...more));
  }
}

/** `<items/>` of an event with a published item. */
export function itemsEvent(node: Node, item: NodeItem): Element {
  return xml('items', { node: node.name }, itemElement(node, item, isOn(node.config, 'deliver_payloads')));
}

/** An item with its payload, and its publisher by the bare address (section 7.1.2.3 of XEP-0060). */
export function itemElement({ config }: Node, { id, publisher, payload }: NodeItem, withPayload = true): Element {
  const content = withPayload && payload !== '' ? parse(payload) : undefined;
  const by = config.itemreply === 'none' ? undefined : Jid.parse(publisher).bare.toString();
  return xml('item', { id, publisher: by }, content);
}
