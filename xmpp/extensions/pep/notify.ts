/**
 * Who is told of what happens at an account's nodes: its own resources and those of contacts that may see the node and whose
 * capabilities say `NODE+notify` (XEP-0163 section 4, XEP-0060 section 9.2).
 */
import { dateTime } from '../../clock.ts';
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import type { Account, Id, PepItem } from '../../store/model.ts';
import { clone, type Element, parse, xml } from '../../xml.ts';
import { NS_EVENT } from './errors.ts';
import { isOn } from './node-config.ts';
import { allNodes, isOwn, maySee, type Node } from './nodes.ts';

type Features = ReadonlySet<string>;

export class Notifier {
  readonly #host: Host;
  /** Who is online and what it speaks, by account and full JID. */
  readonly #audience = new Map<Id, Map<string, Features>>();

  constructor(host: Host) {
    this.#host = host;
  }

  attach(): void {
    const { hooks } = this.#host;
    hooks.on('features known', ({ account, jid, features }) => this.#joined(account, jid, features));
    hooks.on('features forgotten', ({ account, jid }) => this.#left(account, jid));
    hooks.on('account removed', ({ account }) => this.#audience.delete(account.id));
  }

  /** `what` is the child of `<event/>`. */
  tell(node: Node, what: Element): void {
    if (!isOn(node.config, 'deliver_notifications')) return;
    for (const [jid, features] of this.#audience.get(node.owner.id) ?? [])
      if (this.#wants(node, Jid.parse(jid), features)) this.#send(node, jid, clone(what));
  }

  /** The last item of each node that it did not ask for before (section 4.3.4). */
  #joined(account: Account, jid: Jid, features: Features): void {
    let audience = this.#audience.get(account.id);
    if (!audience) {
      audience = new Map();
      this.#audience.set(account.id, audience);
    }
    const before = audience.get(jid.toString());
    audience.set(jid.toString(), features);
    if (![...features].some((feature) => feature.endsWith('+notify'))) return;
    for (const node of allNodes(this.#host, account)) {
      const isNew = !before?.has(`${node.name}+notify`);
      if (isNew && node.config.send_last_published_item === 'on_sub_and_presence' && this.#wants(node, jid, features))
        this.#sendLast(node, jid);
    }
  }

  #left(account: Account, jid: Jid): void {
    const audience = this.#audience.get(account.id);
    audience?.delete(jid.toString());
    if (audience?.size === 0) this.#audience.delete(account.id);
  }

  #wants(node: Node, jid: Jid, features: Features): boolean {
    if (!features.has(`${node.name}+notify`) || !maySee(this.#host, node, jid)) return false;
    if (isOwn(this.#host, node.owner, jid)) return true;
    // Without a presence subscription it is not subscribed, even to an open node.
    if (!this.#host.roster.sees(node.owner, jid.bare)) return false;
    // Who is blocked does not see the member, and so hears nothing of it.
    return !this.#host.hooks.run('presence to contact', { account: node.owner, contact: jid, drop: false }).drop;
  }

  #sendLast(node: Node, jid: Jid): void {
    const [last] = this.#host.store.pep.items(node.owner.id, node.name, 1);
    if (!last) return;
    const delay = xml('delay', { xmlns: 'urn:xmpp:delay', stamp: dateTime(last.atMs) });
    this.#send(node, jid.toString(), itemsEvent(node, last), delay);
  }

  #send({ owner, config }: Node, to: string, what: Element, ...more: Element[]): void {
    const attrs = {
      type: config.notification_type,
      id: this.#host.store.newId(),
      from: this.#host.addressOf(owner),
      to,
    };
    this.#host.send(xml('message', attrs, xml('event', { xmlns: NS_EVENT }, what), ...more));
  }
}

/** `<items/>` of an event with a published item. */
export function itemsEvent(node: Node, item: PepItem): Element {
  return xml('items', { node: node.name }, itemElement(item, isOn(node.config, 'deliver_payloads')));
}

/** An item with its payload, and its publisher by the bare address (section 7.1.2.3 of XEP-0060). */
export function itemElement({ id, publisher, payload }: PepItem, withPayload = true): Element {
  const content = withPayload && payload !== '' ? parse(payload) : undefined;
  return xml('item', { id, publisher: Jid.parse(publisher).bare.toString() }, content);
}
