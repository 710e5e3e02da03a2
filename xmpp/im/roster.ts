/**
 * The roster of each member (RFC 6121 section 2): reads, and the one way by which it changes. What changed is on disk before
 * any resource hears of it.
 */
import type { XmppHost } from '../host.ts';
import { Jid } from '../routing/jid.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, RosterItem } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';
import { itemElement, NS_ROSTER } from './roster-item.ts';
import { RosterQuery } from './roster-query.ts';
import { seesUs } from './subscription.ts';
import { Turns } from './turns.ts';

/** More contacts than anyone has; what one member can make the box keep is bounded. */
const MAX_ITEMS = 5000;
/** Of all its items, so that a whole roster can be read and sent at once. */
const MAX_CHARACTERS = 1_000_000;

export class Roster {
  readonly #host: XmppHost;
  readonly #turns = new Turns();

  constructor(host: XmppHost) {
    this.#host = host;
  }

  attach(): void {
    new RosterQuery(this.#host, this).attach();
  }

  items(account: Account): RosterItem[] {
    return this.#host.store.roster.items(account.id);
  }

  item(account: Account, contact: Jid): RosterItem | undefined {
    return this.#host.store.roster.item(account.id, this.nameOf(contact));
  }

  /** Whether the contact may see the account's presence (subscription from or both), or is the account itself. */
  sees(account: Account, contact: Jid): boolean {
    return this.#host.isSelf(account, contact) || seesUs(this.item(account, contact)?.subscription);
  }

  /** The contact asked to see the account's presence and has no answer yet. */
  isPendingIn(account: Account, contact: Jid): boolean {
    const name = this.nameOf(contact);
    return this.#host.store.roster.requests(account.id).some((request) => request.contact === name);
  }

  /** The domain of ours by which a contact knows the account. */
  domainFor(account: Account, contact: Jid): string {
    const { domain } = this.#host.server;
    const other = this.#host.serves(contact.domain) ? undefined : this.item(account, contact)?.knowsUsAt;
    return other !== undefined && this.#host.serves(other) ? other : domain;
  }

  /** The account's bare address as a contact knows it. */
  addressFor(account: Account, contact: Jid): string {
    return `${account.local}@${this.domainFor(account, contact)}`;
  }

  /** The bare address that a roster knows a contact by: members of the box by their primary one, however they were called. */
  nameOf(contact: Jid): string {
    return this.#host.knownAs(contact).bare.toString();
  }

  /**
   * Runs what reads an account's roster, changes it and tells of it, one at a time for each account. Nothing within may wait
   * for another turn: stanzas to others are sent, not awaited.
   */
  turn<T>(account: Account, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(account.id, work);
  }

  /** A turn of each of these accounts. Always in one order, so that two such never wait for each other. */
  turns<T>(accounts: readonly Account[], work: () => Promise<T>): Promise<T> {
    const inOrder = [...new Map(accounts.map((account) => [account.id, account])).values()].sort((one, other) =>
      one.id < other.id ? -1 : 1,
    );
    return inOrder.reduceRight<() => Promise<T>>((inner, account) => () => this.turn(account, inner), work)();
  }

  /** A turn of the account is under way. */
  isBusy(account: Account): boolean {
    return this.#turns.busy(account.id);
  }

  /** Within a turn. @throws CommitError, and nothing has changed then */
  commit(...changes: Change[]): Promise<void> {
    return this.#host.store.journal.commit(...changes);
  }

  /**
   * Within a turn: keeps the item together with other changes. Follow it with `push`.
   * @throws CommitError
   * @throws StanzaError resource-constraint where the roster is full
   */
  async set(account: Account, item: RosterItem, ...others: Change[]): Promise<void> {
    this.assertRoom(account, item);
    await this.commit(change('roster item set', { account: account.id, item }), ...others);
  }

  /** @throws StanzaError resource-constraint where the roster is full */
  assertRoom(account: Account, item: RosterItem): void {
    const before = this.#host.store.roster.item(account.id, item.contact);
    const items = this.items(account);
    if (!before && items.length >= MAX_ITEMS)
      throw new StanzaError('resource-constraint', { text: `A roster has at most ${MAX_ITEMS} items.` });
    const growth = charactersOf(item) - (before ? charactersOf(before) : 0);
    if (growth > 0 && items.reduce((sum, each) => sum + charactersOf(each), growth) > MAX_CHARACTERS)
      throw new StanzaError('resource-constraint', { text: 'The names and groups of this roster are too long.' });
  }

  /** Tells the interested resources of an item as it is now, or that it is gone (section 2.1.6). */
  push(account: Account, contact: string): void {
    this.#host.hooks.run('roster item set', { account, contact: Jid.parse(contact) });
    const sessions = this.#host.sessions.ofAccount(account).filter((session) => session.interested);
    if (sessions.length === 0) return;
    const item = this.#host.store.roster.item(account.id, contact);
    const version = this.#host.store.roster.version(account.id);
    for (const session of sessions) this.pushTo(session, contact, item, version);
  }

  pushTo(session: Session, contact: string, item: RosterItem | undefined, version: string): void {
    const element: Element = item ? itemElement(item) : xml('item', { jid: contact, subscription: 'remove' });
    session.send(
      xml(
        'iq',
        { type: 'set', id: this.#host.store.newId(), from: session.jid.bare.toString(), to: session.jid.toString() },
        xml('query', { xmlns: NS_ROSTER, ver: version }, element),
      ),
    );
  }
}

const charactersOf = ({ contact, name, groups }: RosterItem) =>
  groups.reduce((sum, { length }) => sum + length, contact.length + name.length);
