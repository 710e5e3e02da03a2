/** Roster get and set (RFC 6121 sections 2.2 to 2.6). */
import type { XmppHost } from '../host.ts';
import type { IqRequest } from '../routing/iq-table.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';
import type { Roster } from './roster.ts';
import { blankItem, itemElement, NS_ROSTER, readRosterSet } from './roster-item.ts';

const NS_VERSIONING = 'urn:xmpp:features:rosterver';

export class RosterQuery {
  readonly #host: XmppHost;
  readonly #roster: Roster;

  constructor(host: XmppHost, roster: Roster) {
    this.#host = host;
    this.#roster = roster;
  }

  attach(): void {
    const { iq, hooks } = this.#host;
    // 'anyone', as the refusal is its own: RFC 6121 section 2.1.5 asks for `forbidden`.
    iq.handle('get', 'account', 'query', NS_ROSTER, 'anyone', (request) => this.#get(request));
    iq.handle('set', 'account', 'query', NS_ROSTER, 'anyone', (request) => this.#set(request));
    hooks.on('stream features', (event) => {
      if (event.authenticated) event.add(xml('ver', { xmlns: NS_VERSIONING }));
    });
  }

  #get(request: IqRequest): Element | undefined {
    const account = this.#ownerOf(request);
    const { session, payload } = request;
    if (session) session.interested = true;
    const known = payload.attrs.ver;
    if (known && session && this.#isShorterAsPushes(account, known)) {
      // The empty result goes first; what changes until then is pushed as well.
      this.#host.clock.after(0, () => this.#catchUp(session, known));
      return undefined;
    }
    const ver = this.#host.store.roster.version(account.id);
    return xml('query', { xmlns: NS_ROSTER, ver }, ...this.#roster.items(account).map(itemElement));
  }

  /** Section 2.6.3: pushes of what changed take less than the whole roster, or nothing changed at all. */
  #isShorterAsPushes(account: Account, known: string): boolean {
    const changes = this.#host.store.roster.changesSince(account.id, known);
    return changes !== undefined && (changes.length === 0 || changes.length < this.#roster.items(account).length);
  }

  #catchUp(session: Session, known: string): void {
    if (session.ended) return;
    for (const { contact, item, version } of this.#host.store.roster.changesSince(session.account.id, known) ?? [])
      this.#roster.pushTo(session, contact, item, version);
  }

  async #set(request: IqRequest): Promise<undefined> {
    const account = this.#ownerOf(request);
    const { contact, remove, name, groups } = readRosterSet(request.payload);
    if (this.#host.isSelf(account, contact))
      throw new StanzaError('not-allowed', { text: 'Nobody is a contact of their own.' });
    const key = this.#roster.nameOf(contact);
    if (remove) {
      await this.#host.presence.forgetContact(account, contact);
      return;
    }
    await this.#roster.turn(account, async () => {
      const item = this.#roster.item(account, contact) ?? blankItem(key);
      await this.#roster.set(account, { ...item, name, groups });
      this.#roster.push(account, key);
    });
  }

  /** Strangers from elsewhere cannot tell whether the account is there (RFC 6121 section 8.5.1). */
  #ownerOf({ account, from }: IqRequest): Account {
    if (account && this.#host.isSelf(account, from)) return account;
    const known = this.#host.serves(from.domain) || (account !== undefined && this.#roster.sees(account, from));
    throw new StanzaError(known ? 'forbidden' : 'service-unavailable');
  }
}
