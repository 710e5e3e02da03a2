/** Subscriptions (RFC 6121 section 3): the tables of appendix A put to work on rosters, requests and those who are told. */
import type { XmppHost } from '../host.ts';
import { Jid } from '../routing/jid.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { clone, type Element, parse, xml } from '../xml.ts';
import type { Availability } from './availability.ts';
import {
  INBOUND,
  OUTBOUND,
  partsOf,
  type SubscriptionState,
  type SubscriptionType,
  seenByUs,
  seesUs,
} from './subscription.ts';
import { SubscriptionRecord } from './subscription-record.ts';

const NS_PRE_APPROVAL = 'urn:xmpp:features:pre-approval';

/** Hands a stanza on to `to`; rejects with the StanzaError that its sender gets. */
export type Onward = (stanza: Element, to: Jid) => Promise<void>;

export class Subscribing {
  readonly #host: XmppHost;
  readonly #availability: Availability;
  readonly #record: SubscriptionRecord;

  constructor(host: XmppHost, availability: Availability) {
    this.#host = host;
    this.#availability = availability;
    this.#record = new SubscriptionRecord(host);
  }

  attach(): void {
    this.#host.hooks.on('stream features', (event) => {
      if (event.authenticated) event.add(xml('sub', { xmlns: NS_PRE_APPROVAL }));
    });
    this.#host.hooks.on('account removed', ({ account }) => this.#farewell(account));
  }

  /** Sections 3.1.2, 3.1.5, 3.2.2, 3.3.2 and 3.4.2. `contact` is bare. */
  async outbound(
    account: Account,
    type: SubscriptionType,
    stanza: Element,
    contact: Jid,
    onward: Onward,
  ): Promise<void> {
    // Everyone sees their own presence anyway.
    if (this.#host.isSelf(account, contact)) return;
    if (type === 'subscribe') this.#assertThere(contact);
    const { before, next } = await this.#host.roster.turn(account, () => this.#applyOutbound(account, type, contact));
    if (next === 'ignored') return;
    const saw = seesUs(partsOf(before).subscription);
    const sees = seesUs(partsOf(next).subscription);
    if (saw && !sees) this.#availability.withdraw(account, contact);
    const stamped = clone(stanza);
    stamped.attrs.from = this.#host.roster.addressFor(account, contact);
    stamped.attrs.to = contact.toString();
    await onward(stamped, contact);
    if (sees && !saw) this.#availability.show(account, contact);
  }

  /** A mistyped name of this host is told at once, not waited for (section 3.1.2). @throws StanzaError item-not-found */
  #assertThere({ local, domain }: Jid): void {
    if (this.#host.serves(domain) && !this.#host.accounts.find(local))
      throw new StanzaError('item-not-found', { text: 'There is no such member.' });
  }

  async #applyOutbound(account: Account, type: SubscriptionType, contact: Jid) {
    const before = this.#record.state(account, contact);
    const next = OUTBOUND[type][before];
    if (next !== 'ignored') await this.#record.become(account, contact, before, next);
    else if (type === 'subscribed' && !seesUs(partsOf(before).subscription))
      await this.#record.approve(account, contact, true);
    else if (type === 'unsubscribed') await this.#record.approve(account, contact, false);
    return { before, next };
  }

  /** Sections 3.1.3, 3.1.6, 3.2.3, 3.3.3 and 3.4.2. `contact` is bare. */
  async inbound(account: Account, type: SubscriptionType, stanza: Element, contact: Jid): Promise<void> {
    if (this.#host.isSelf(account, contact)) return;
    const answer = await this.#host.roster.turn(account, async () => {
      if (!(await this.#isForToday(account, type, stanza, contact))) return undefined;
      return type === 'subscribe' ? this.#asked(account, stanza, contact) : this.#told(account, type, stanza, contact);
    });
    if (answer === 'ask back') await this.ask(account, contact);
  }

  /**
   * A contact elsewhere may know the account by a domain that was its primary one before. What it says to another domain of ours is
   * how it comes to know us by that; what it takes back from one that it does not know us by any more means nothing.
   */
  async #isForToday(account: Account, type: SubscriptionType, stanza: Element, contact: Jid): Promise<boolean> {
    const { roster } = this.#host;
    const item = roster.item(account, contact);
    const { domain } = Jid.parse(stanza.attrs.to ?? '');
    if (!item || this.#host.isOfBox(contact.domain) || domain === roster.domainFor(account, contact)) return true;
    if (type === 'unsubscribe' || type === 'unsubscribed') return false;
    const { knowsUsAt: _, ...rest } = item;
    const now = domain === this.#host.server.domain ? rest : { ...rest, knowsUsAt: domain };
    await roster.commit(change('roster item set', { account: account.id, item: now }));
    return true;
  }

  async #asked(account: Account, stanza: Element, contact: Jid): Promise<'ask back' | undefined> {
    const before = this.#record.state(account, contact);
    if (seesUs(partsOf(before).subscription)) {
      this.#answerSubscribed(account, contact, stanza.attrs.id);
      return undefined;
    }
    const event = { account, contact, stanza, approved: false, changes: [] };
    this.#host.hooks.run('subscription asked', event);
    if (event.approved || this.#host.roster.item(account, contact)?.approved) {
      const next = seenByUs(partsOf(before).subscription) ? 'Both' : fromOf(before);
      await this.#record.become(account, contact, before, next, { changes: event.changes, asked: stanza });
      this.#answerSubscribed(account, contact, stanza.attrs.id);
      return event.approved ? 'ask back' : undefined;
    }
    if (INBOUND.subscribe[before] === 'ignored') return undefined;
    await this.#record.keepRequest(account, contact, stanza);
    for (const session of this.#host.sessions.ofAccount(account)) if (session.available) session.send(stanza);
    return undefined;
  }

  /** In the member's name. */
  async ask(account: Account, contact: Jid): Promise<void> {
    const { subscription, ask } = partsOf(this.#record.state(account, contact));
    if (seenByUs(subscription) || ask) return;
    const stanza = xml('presence', { type: 'subscribe', id: this.#host.store.newId() });
    await this.outbound(account, 'subscribe', stanza, contact, async (stamped) => this.#host.send(stamped));
  }

  async #told(account: Account, type: SubscriptionType, stanza: Element, contact: Jid): Promise<undefined> {
    const before = this.#record.state(account, contact);
    const next = INBOUND[type][before];
    if (next === 'ignored') return;
    const tell = () => {
      for (const session of this.#host.sessions.ofAccount(account)) if (session.interested) session.send(stanza);
    };
    await this.#record.become(account, contact, before, next, { tell });
    if (seesUs(partsOf(before).subscription) && !seesUs(partsOf(next).subscription))
      this.#availability.withdraw(account, contact);
    // The contact's side may think otherwise of where it stands (appendix A.3.2); who only asked learns nothing by taking it back.
    if (type === 'unsubscribe' && seesUs(partsOf(before).subscription))
      this.#tell(account, contact, 'unsubscribed', stanza.attrs.id);
  }

  /** A removed item takes its subscriptions with it, both ways (section 2.5.2). @throws StanzaError item-not-found */
  forget(account: Account, contact: Jid): Promise<void> {
    return this.#host.roster.turn(account, async () => {
      const item = this.#host.roster.item(account, contact);
      if (!item) throw new StanzaError('item-not-found');
      const { subscription, ask, pendingIn } = partsOf(this.#record.state(account, contact));
      const from = this.#host.roster.addressFor(account, contact);
      await this.#host.roster.commit(
        change('roster item removed', { account: account.id, contact: item.contact }),
        ...this.#record.cleared(account, contact, pendingIn),
      );
      this.#host.roster.push(account, item.contact);
      if (seesUs(subscription)) this.#availability.withdraw(account, contact, from);
      if (seenByUs(subscription) || ask) this.#tell(account, contact, 'unsubscribe', undefined, from);
      if (seesUs(subscription) || pendingIn) this.#tell(account, contact, 'unsubscribed', undefined, from);
      if (subscription !== 'none') {
        const sawBefore = seesUs(subscription);
        this.#host.hooks.run('subscription changed', { account, contact, from: false, sawBefore });
      }
    });
  }

  /** Requests that wait for the member's answer are shown at each login until it is given (section 3.1.3). */
  deliverRequests(session: Session): void {
    for (const { stanza } of this.#host.store.roster.requests(session.account.id)) session.send(parse(stanza));
  }

  /** Our own unanswered requests go out again, as another server may have lost them (section 3.1.2). */
  repeatRequests(account: Account): void {
    for (const { contact, ask } of this.#host.roster.items(account))
      if (ask && !this.#host.serves(contact.slice(contact.indexOf('@') + 1)))
        this.#tell(account, contact, 'subscribe', this.#host.store.newId());
  }

  /** Contacts of an account that goes away hear that nothing holds any more; the roster itself goes with the account. */
  #farewell(account: Account): void {
    for (const { contact, subscription, ask } of this.#host.roster.items(account)) {
      if (seenByUs(subscription) || ask) this.#tell(account, contact, 'unsubscribe');
      if (!seesUs(subscription)) continue;
      this.#availability.withdraw(account, Jid.parse(contact));
      this.#tell(account, contact, 'unsubscribed');
    }
    for (const { contact } of this.#host.store.roster.requests(account.id))
      this.#tell(account, contact, 'unsubscribed');
  }

  /** What the server answers for the member mirrors the id of what it answers. */
  #answerSubscribed(account: Account, contact: Jid, id: string | undefined): void {
    this.#tell(account, contact, 'subscribed', id);
    this.#availability.show(account, contact);
  }

  #tell(account: Account, contact: Jid | string, type: SubscriptionType, id?: string, as?: string): void {
    const to = typeof contact === 'string' ? Jid.parse(contact) : contact;
    const from = as ?? this.#host.roster.addressFor(account, to);
    this.#host.send(xml('presence', { type, id, from, to: to.toString() }));
  }
}

/** A pre-approved request skips "Pending In". */
function fromOf(state: SubscriptionState): SubscriptionState {
  return partsOf(state).ask ? 'From + Pending Out' : 'From';
}
