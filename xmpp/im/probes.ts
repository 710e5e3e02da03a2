/** Presence probes (RFC 6121 sections 4.3 and 4.6.6): asking after contacts, and answering those who ask. */
import { dateTime } from '../clock.ts';
import type { XmppHost } from '../host.ts';
import { Jid } from '../routing/jid.ts';
import type { Session } from '../routing/session.ts';
import type { Account } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';
import { type Availability, addressed } from './availability.ts';
import { seenByUs } from './subscription.ts';

const NS_DELAY = 'urn:xmpp:delay';

export class Probes {
  readonly #host: XmppHost;
  readonly #availability: Availability;

  constructor(host: XmppHost, availability: Availability) {
    this.#host = host;
    this.#availability = availability;
  }

  /**
   * Asks after all contacts whom the account may see. Members of this host answer to the new resource alone, as its full JID
   * asks; elsewhere a probe is from the bare JID (section 4.3).
   */
  ask(session: Session): void {
    const { roster } = this.#host;
    for (const { contact, subscription } of roster.items(session.account)) {
      if (!seenByUs(subscription)) continue;
      const jid = Jid.parse(contact);
      const from = this.#host.serves(jid.domain)
        ? this.#availability.publicJid(session, jid).toString()
        : roster.addressFor(session.account, jid);
      this.#host.send(xml('presence', { type: 'probe', id: this.#host.store.newId(), from, to: contact }));
    }
  }

  /** Section 4.3.2. An answer that holds no presence of a resource mirrors the probe's id (section 4.3.2.1). */
  answer(account: Account, probe: Element, from: Jid, to: Jid): void {
    if (this.#isHidden(account, from)) return;
    if (!this.#host.roster.sees(account, from.bare)) {
      this.#answerStranger(account, probe, from, to);
      return;
    }
    const { id } = probe.attrs;
    const available = this.#sessions(account, to).filter((session) => session.available);
    // Who asks for one resource learns no more than that it is there.
    for (const session of available)
      this.#send(to.isBare ? session.presence : xml('presence'), this.#availability.publicJid(session, from), from);
    if (available.length > 0) return;
    this.#send(xml('presence', { type: 'unavailable', id }, to.isBare ? this.#lastSeen(account) : null), to, from);
  }

  /** Whom presence was directed to may ask after that very resource (section 4.6.6); anyone else is set right. */
  #answerStranger(account: Account, probe: Element, from: Jid, to: Jid): void {
    const shown = this.#sessions(account, to).filter(
      ({ directed }) => directed.has(from.toString()) || directed.has(from.bare.toString()),
    );
    for (const session of shown) this.#send(xml('presence'), session.jid, from);
    // One who waits for our answer believes in nothing yet, and must not be taken for refused.
    if (shown.length > 0 || this.#host.roster.isPendingIn(account, from.bare)) return;
    this.#send(xml('presence', { type: 'unsubscribed', id: probe.attrs.id }), to.bare, from.bare);
  }

  #isHidden(account: Account, contact: Jid): boolean {
    return this.#host.hooks.run('presence to contact', { account, contact, drop: false }).drop;
  }

  #sessions(account: Account, to: Jid): Session[] {
    const all = this.#host.sessions.ofAccount(account);
    return to.isBare ? all : all.filter((session) => session.jid.resource === to.resource);
  }

  #lastSeen(account: Account): Element | null {
    const seen = this.#host.store.accounts.lastSeen(account.id);
    return seen ? xml('delay', { xmlns: NS_DELAY, stamp: dateTime(seen.atMs) }) : null;
  }

  #send(presence: Element | undefined, from: Jid, to: Jid): void {
    if (presence) this.#host.send(addressed(presence, from, to.toString()));
  }
}
