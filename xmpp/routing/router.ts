/**
 * Where a stanza goes: RFC 6120 section 10 and RFC 6121 section 8, which read as a table. Every refusal is a StanzaError for the
 * caller to answer.
 */

import { isTakenInSilence } from '../access/absence.ts';
import type { XmppHost } from '../host.ts';
import { messageType } from '../im/message.ts';
import type { Account } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';
import { assertCrosses } from './crossing.ts';
import type { InboundStanza } from './hooks.ts';
import { assertIq, routeIqReply } from './iq.ts';
import { Jid } from './jid.ts';
import type { Turn } from './lane.ts';
import type { Outside } from './outside.ts';
import { findService, toService } from './services.ts';
import type { Session } from './session.ts';
import { StanzaError } from './stanza-error.ts';

/** Where a stanza came from, and when its effects may be seen. */
export interface Origin {
  from: Jid;
  /** The session of this box that sent it. */
  session: Session | undefined;
  /** The host of that session, or of the service that sent it. */
  host: XmppHost | undefined;
  /** For messages of a session: resolves when all before it is done. */
  turn: Turn | undefined;
}

export class Router {
  readonly #host: (domain: string) => XmppHost | undefined;
  readonly #outside: readonly Outside[];

  constructor(host: (domain: string) => XmppHost | undefined, outside: readonly Outside[]) {
    this.#host = host;
    this.#outside = outside;
  }

  /** A stanza of a session, `from` stamped. Without `to` it is for the member's own account (RFC 6120 section 10.3). */
  async fromSession(session: Session, stanza: Element, to: Jid | undefined, turn?: Turn): Promise<void> {
    const host = this.#host(session.jid.domain);
    if (!host) throw new StanzaError('service-unavailable');
    const origin: Origin = { from: session.jid, session, host, turn };
    if (stanza.name !== 'presence') return this.route(stanza, to ?? session.jid.bare, origin);
    await host.presence.fromSession(session, stanza, to, (onward, contact) => this.route(onward, contact, origin));
  }

  /** A stanza with both addresses, from whatever side. */
  async route(stanza: Element, to: Jid, origin: Origin): Promise<void> {
    if (stanza.name === 'iq') assertIq(stanza);
    const host = this.#host(to.domain);
    const found = host ? undefined : findService(to.domain, this.#host);
    const there = host ?? found?.host;
    if (there && origin.host && there !== origin.host)
      assertCrosses(stanza, spokenFor(stanza, origin.from), origin.host, to, there);
    if (found) return toService(found, stanza, to, origin);
    if (!host) return this.#toOutside(stanza, to, origin);
    if (stanza.name === 'message') return this.#message(host, stanza, to, origin);
    if (to.local === '') return this.#toServer(host, stanza, to, origin);
    const account = host.accounts.find(to.local);
    if (!account)
      return stanza.attrs.type === 'probe' ? notSubscribed(host, stanza, to, origin) : noSuchAccount(stanza);
    const { drop, kept } = offer(host, account, stanza, to, origin);
    await (drop ? kept : this.#toAccount(host, account, stanza, to, origin));
  }

  async #toOutside(stanza: Element, to: Jid, origin: Origin): Promise<void> {
    const way = this.#outside.find((one) => one.takes(to.domain));
    if (!way) return nobodyThere(stanza);
    const from = spokenFor(stanza, origin.from);
    way.assertSends(stanza, from, to);
    const type = stanza.name === 'message' ? messageType(stanza) : undefined;
    // What a room elsewhere takes in comes back from it; the member's own side keeps the rest.
    if (type !== undefined && type !== 'groupchat' && type !== 'error')
      await origin.host?.messages.sent(stanza, to, origin);
    else await origin.turn?.();
    way.send(stanza, from, to);
  }

  /**
   * Messages come from an account even where they go nowhere here, so the sender's side has its say as well (archive, carbons).
   * A message that is refused leaves no trace there.
   */
  async #message(host: XmppHost, stanza: Element, to: Jid, origin: Origin): Promise<void> {
    if (to.local === '') {
      if (stanza.attrs.type === 'error') return;
      const event = { stanza, from: origin.from, taken: false };
      host.hooks.run('message to server', event);
      if (event.taken) return;
      throw new StanzaError('service-unavailable');
    }
    const account = host.accounts.find(to.local);
    if (!account) {
      // Strangers get what a member who is away would have given them (docs/decisions/0005).
      if (!origin.host && isTakenInSilence(host, stanza, origin.from, to)) return;
      return noSuchAccount(stanza);
    }
    const { drop, kept } = offer(host, account, stanza, to, origin);
    await (drop ? kept : host.messages.deliver(account, stanza, to, origin));
  }

  async #toServer(host: XmppHost, stanza: Element, to: Jid, origin: Origin): Promise<void> {
    if (stanza.name === 'iq') await host.iqs.toServer(stanza, to, origin);
    // Presence to the server itself is nobody's (RFC 6121 knows no subscription to a server).
  }

  async #toAccount(host: XmppHost, account: Account, stanza: Element, to: Jid, origin: Origin): Promise<void> {
    if (stanza.name === 'presence') return host.presence.toAccount(account, stanza, origin.from, to);
    if (routeIqReply(host, stanza, origin.from)) return;
    if (to.isBare) return host.iqs.toAccount(account, stanza, to, origin);
    // RFC 6121 section 8.5.3: to the resource, or an error that looks the same whether the account is there or not.
    const session = host.sessions.byJid(account, to);
    if (session) session.send(stanza);
    else if (isRequest(stanza)) throw new StanzaError('service-unavailable');
  }
}

/** A subscription goes from the domain by which its contact knows the member, wherever the member is logged in. */
function spokenFor({ attrs }: Element, sender: Jid): Jid {
  const said = Jid.parse(attrs.from ?? sender.toString());
  return said.domain === sender.domain ? sender : said;
}

/** Throws where a hook refused it. */
function offer(host: XmppHost, account: Account, stanza: Element, to: Jid, { from }: Origin): InboundStanza {
  const event: InboundStanza = { account, stanza, from, to, drop: false };
  host.hooks.run('stanza to account', event);
  return event;
}

const isRequest = (stanza: Element) => stanza.attrs.type === 'get' || stanza.attrs.type === 'set';

function nobodyThere(stanza: Element): void {
  if (stanza.attrs.type === 'error' || (stanza.name === 'iq' && !isRequest(stanza))) return;
  throw new StanzaError('remote-server-not-found');
}

/** RFC 6121 section 4.3.2: answered as a probe of a stranger is, so that nobody learns which names are real. */
function notSubscribed(host: XmppHost, { attrs: { id } }: Element, to: Jid, { from }: Origin): void {
  host.send(xml('presence', { type: 'unsubscribed', id, from: to.bare.toString(), to: from.bare.toString() }));
}

/** RFC 6121 section 8.5.1: presence is ignored, everything else is answered as if the account were there and away. */
function noSuchAccount(stanza: Element): void {
  if (stanza.name === 'presence' || stanza.attrs.type === 'error') return;
  if (stanza.name === 'iq' && !isRequest(stanza)) return;
  throw new StanzaError('service-unavailable');
}
