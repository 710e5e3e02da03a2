/** Presence (RFC 6121 sections 3 and 4): which of its many kinds a stanza is, and who sees to it. */
import type { XmppHost } from '../host.ts';
import type { Jid } from '../routing/jid.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { clone, type Element } from '../xml.ts';
import { Availability } from './availability.ts';
import { Probes } from './probes.ts';
import { type Onward, Subscribing } from './subscribing.ts';
import { isSubscriptionType } from './subscription.ts';

/** The types of section 4.7.1 that are no subscriptions. */
const DELIVERED: ReadonlySet<string | undefined> = new Set([undefined, 'unavailable', 'probe', 'error']);

const unknownType = (type = '') => new StanzaError('bad-request', { text: `There is no presence of type ${type}.` });

export class Presence {
  readonly #host: XmppHost;
  readonly #availability: Availability;
  readonly #subscribing: Subscribing;
  readonly #probes: Probes;

  constructor(host: XmppHost) {
    this.#host = host;
    this.#availability = new Availability(host);
    this.#subscribing = new Subscribing(host, this.#availability);
    this.#probes = new Probes(host, this.#availability);
  }

  attach(): void {
    this.#availability.attach();
    this.#subscribing.attach();
  }

  /**
   * A presence that a session of this host sends, `from` stamped with its full JID. What has a recipient goes there by `onward`.
   * @throws StanzaError bad-request, and what `onward` rejects with
   */
  async fromSession(session: Session, stanza: Element, to: Jid | undefined, onward: Onward): Promise<void> {
    const { type } = stanza.attrs;
    if (isSubscriptionType(type)) {
      if (!to) throw new StanzaError('bad-request', { text: 'A subscription needs a contact.' });
      return this.#subscribing.outbound(session.account, type, stanza, to.bare, onward);
    }
    if (type === undefined || type === 'unavailable') {
      if (to) this.#availability.directed(session, stanza, to);
      else this.#broadcast(session, stanza);
    } else if (!DELIVERED.has(type)) throw unknownType(type);
    if (to) await onward(stanza, to);
  }

  /** A presence for a member of this host, whoever sent it. @throws StanzaError */
  async toAccount(account: Account, stanza: Element, from: Jid, to: Jid): Promise<void> {
    const { type } = stanza.attrs;
    if (isSubscriptionType(type))
      return this.#subscribing.inbound(account, type, bareAddressed(stanza, from, to), from.bare);
    if (!DELIVERED.has(type)) throw unknownType(type);
    const work =
      type === 'probe'
        ? () => this.#probes.answer(account, stanza, from, to)
        : () => this.#deliver(account, stanza, from, to);
    // What came after a subscription is seen after it.
    if (this.#host.roster.isBusy(account)) await this.#host.roster.turn(account, async () => work());
    else work();
  }

  /** Takes a contact off the roster and cancels the subscriptions both ways. @throws StanzaError item-not-found */
  forgetContact(account: Account, contact: Jid): Promise<void> {
    return this.#subscribing.forget(account, contact.bare);
  }

  /** Asks to see the contact, in the member's name. @throws StanzaError, CommitError */
  ask(account: Account, contact: Jid): Promise<void> {
    return this.#subscribing.ask(account, contact.bare);
  }

  /** A contact may see the account from now on, or no longer, without a word of theirs: a circle says so. */
  setSeen(account: Account, contact: Jid, seen: boolean): void {
    if (seen) this.#availability.show(account, contact);
    else this.#availability.withdraw(account, contact);
  }

  #broadcast(session: Session, presence: Element): void {
    if (presence.attrs.type === 'unavailable') {
      this.#availability.unavailable(session, presence);
      return;
    }
    const initial = this.#availability.available(session, presence);
    if (initial) {
      this.#probes.ask(session);
      this.#subscribing.deliverRequests(session);
      this.#subscribing.repeatRequests(session.account);
    }
    this.#host.hooks.run('session available', { session, presence, initial });
  }

  /** Sections 8.5.2.1.2 and 8.5.3: to the connected resource, or to all available ones; to nobody without a word. */
  #deliver(account: Account, stanza: Element, from: Jid, to: Jid): void {
    const all = this.#host.sessions.ofAccount(account);
    const targets = all.filter((session) => (to.isBare ? session.available : session.jid.resource === to.resource));
    const { type } = stanza.attrs;
    for (const session of targets) {
      // Who left, or never was there, need not hear of our end (section 4.6.1).
      if (type !== undefined) session.directed.delete(from.toString());
      session.send(stanza);
    }
    if (type === undefined && this.#host.roster.item(account, from.bare))
      this.#host.hooks.run('presence received', { account, stanza, from, to, drop: false });
  }
}

/** Subscriptions are between bare addresses, whatever the peer wrote (section 3.1.1). */
function bareAddressed(stanza: Element, from: Jid, to: Jid): Element {
  const copy = clone(stanza);
  copy.attrs.from = from.bare.toString();
  copy.attrs.to = to.bare.toString();
  return copy;
}
