/** Availability of a member's resources (RFC 6121 sections 4.2 to 4.6) and who gets to see it. */
import type { XmppHost } from '../host.ts';
import { Jid } from '../routing/jid.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { clone, type Element, xml } from '../xml.ts';
import { seesUs } from './subscription.ts';

/** Recipients of directed presence that one session is remembered for (group chats, mostly). */
const MAX_DIRECTED = 1000;

export class Availability {
  readonly #host: XmppHost;

  constructor(host: XmppHost) {
    this.#host = host;
  }

  attach(): void {
    this.#host.hooks.on('session ended', ({ session }) => {
      // Its address may belong to a new session already: what that one showed must not be taken back.
      const successor = this.#host.sessions.of(session.account.id, session.jid.resource);
      if (successor?.available) session.presence = undefined;
      for (const to of successor?.directed ?? []) session.directed.delete(to);
      this.unavailable(session, xml('presence', { type: 'unavailable' }));
    });
  }

  /** Broadcasts (sections 4.2.2 and 4.4.2). True where the session was not available before. @throws StanzaError bad-request */
  available(session: Session, stanza: Element): boolean {
    const priority = priorityOf(stanza);
    const initial = !session.available;
    session.presence = clone(stanza);
    session.priority = priority;
    this.#toContacts(session, session.presence);
    this.#toOwn(session, session.presence);
    if (initial) this.#catchUp(session);
    return initial;
  }

  /** Broadcasts the end (section 4.5.2), and tells those of directed presence (section 4.6.3). */
  unavailable(session: Session, stanza: Element): void {
    const wasAvailable = session.available;
    if (wasAvailable) {
      this.#toContacts(session, stanza);
      this.#toOwn(session, stanza);
    }
    session.presence = undefined;
    session.priority = 0;
    for (const to of session.directed) {
      const recipient = Jid.parse(to);
      if (!(wasAvailable && recipient.isBare && this.#isBroadcastTo(session.account, recipient)))
        this.#send(session, stanza, session.jid, recipient);
    }
    session.directed.clear();
    if (wasAvailable) this.#host.hooks.run('session unavailable', { session });
  }

  /** Remembers to whom a presence was directed. @throws StanzaError resource-constraint */
  directed(session: Session, stanza: Element, to: Jid): void {
    if (stanza.attrs.type !== undefined) session.directed.delete(to.toString());
    else if (!session.available || !this.#isBroadcastTo(session.account, to)) {
      if (session.directed.size >= MAX_DIRECTED)
        throw new StanzaError('resource-constraint', {
          text: `Directed presence goes to at most ${MAX_DIRECTED} addresses.`,
        });
      session.directed.add(to.toString());
    }
  }

  /** The present state of each available resource to one who may see it from now on. */
  show(account: Account, contact: Jid): void {
    for (const session of this.#availableOf(account))
      if (session.presence) this.#toContact(session, session.presence, contact);
  }

  /**
   * Each available resource ends for one who may not see it any more (sections 3.2.2 and 3.3.3).
   * @param as the account's bare address as that one knows it
   */
  withdraw(account: Account, contact: Jid, as = this.#host.roster.addressFor(account, contact.bare)): void {
    const bare = Jid.parse(as);
    for (const session of this.#availableOf(account)) {
      const from = bare.withResource(session.jid.resource);
      this.#send(session, xml('presence', { type: 'unavailable' }), from, contact);
    }
  }

  #toContact(session: Session, presence: Element, contact: Jid): void {
    this.#send(session, presence, this.publicJid(session, contact), contact);
  }

  /** Sends one presence of a session to one address, unless an extension leaves that one out. */
  #send(session: Session, presence: Element, from: Jid, contact: Jid): void {
    const event = { account: session.account, contact, presence, drop: false, bare: false };
    if (this.#host.hooks.run('presence to contact', event).drop) return;
    this.#host.send(addressed(event.bare ? bareOf(presence) : presence, from, contact.toString()));
  }

  /** The address that this contact knows: at the primary domain as a rule, whichever one the client logged in to. */
  publicJid(session: Session, contact: Jid): Jid {
    const domain = this.#host.roster.domainFor(session.account, contact.bare);
    const { local, resource } = session.jid;
    return session.jid.domain === domain ? session.jid : Jid.of(local, domain, resource);
  }

  #toContacts(session: Session, presence: Element): void {
    for (const { contact, subscription } of this.#host.roster.items(session.account))
      if (seesUs(subscription)) this.#toContact(session, presence, Jid.parse(contact));
  }

  /** To the available resources of the account, the one that sent it included, each in the domain that it knows itself by. */
  #toOwn(session: Session, presence: Element): void {
    for (const own of this.#availableOf(session.account)) if (!own.ended) sendOwn(session, presence, own);
    if (presence.attrs.type !== undefined) return;
    const to = session.jid.bare;
    const stanza = addressed(presence, session.jid, to.toString());
    this.#host.hooks.run('presence received', { account: session.account, stanza, from: session.jid, to, drop: false });
  }

  /** A newly available resource learns of its own others. */
  #catchUp(session: Session): void {
    for (const own of this.#availableOf(session.account))
      if (own !== session && own.presence) sendOwn(own, own.presence, session);
  }

  #isBroadcastTo(account: Account, recipient: Jid): boolean {
    return seesUs(this.#host.roster.item(account, recipient.bare)?.subscription);
  }

  #availableOf(account: Account): Session[] {
    return this.#host.sessions.ofAccount(account).filter((session) => session.available);
  }
}

function sendOwn(sender: Session, presence: Element, recipient: Session): void {
  const from = recipient.jid.withResource(sender.jid.resource);
  recipient.send(addressed(presence, from, recipient.jid.toString()));
}

const bareOf = ({ attrs: { type } }: Element) => xml('presence', { type });

/** A copy of a presence with other addresses. */
export function addressed(presence: Element, from: Jid, to: string): Element {
  const copy = clone(presence);
  copy.attrs.from = from.toString();
  copy.attrs.to = to;
  return copy;
}

/** Section 4.7.2.3: an integer from -128 to 127, 0 where absent. @throws StanzaError bad-request */
function priorityOf(presence: Element): number {
  const elements = presence.getChildren('priority');
  const text = elements[0]?.getText().trim() ?? '0';
  const priority = Number(text);
  if (elements.length > 1 || !/^[+-]?\d{1,3}$/.test(text) || priority < -128 || priority > 127)
    throw new StanzaError('bad-request', { text: 'A priority is a whole number from -128 to 127.' });
  return priority;
}
