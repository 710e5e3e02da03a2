/**
 * Messages to a member (RFC 6121 sections 5 and 8.5): who gets it is a table; archive, carbons and the offline store join in
 * through the hooks 'message sent' and 'message received'. All that they change is committed at once, then it is delivered.
 */
import type { XmppHost } from '../host.ts';
import type { MessageEvent } from '../routing/hooks.ts';
import type { Jid } from '../routing/jid.ts';
import type { Origin } from '../routing/router.ts';
import type { Session } from '../routing/session.ts';
import { errorReply, mayBeAnswered } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { clone, type Element } from '../xml.ts';
import { hasHint, isChatStateOnly } from './message-content.ts';

type MessageType = 'normal' | 'chat' | 'groupchat' | 'headline' | 'error';

/** What happens where no session takes it: offered to the offline store and else refused, refused, or dropped. */
type Otherwise = 'keep' | 'refuse' | 'drop';

/** RFC 6121 section 8.5.2: to a bare JID that has no available resource of non-negative priority. */
const NOBODY_THERE: Record<MessageType, Otherwise> = {
  normal: 'keep',
  chat: 'keep',
  groupchat: 'refuse',
  headline: 'drop',
  error: 'drop',
};

/** RFC 6121 section 8.5.3.2: to a full JID that is not connected. A chat goes on as if it were to the bare JID. */
const RESOURCE_GONE: Record<MessageType, Otherwise> = { ...NOBODY_THERE, normal: 'refuse' };

/** An absent or unknown type is 'normal' (RFC 6121 section 5.2.2). */
export function messageType(stanza: Element): MessageType {
  const { type } = stanza.attrs;
  return type !== undefined && Object.hasOwn(NOBODY_THERE, type) ? (type as MessageType) : 'normal';
}

/** A message that waits for a member who is away, or that such a one would have no use for. */
export const isKeptOrIdle = (stanza: Element): boolean => isChatStateOnly(stanza) || !hasHint(stanza, 'no-store');

/** Whether a message to a member who is away gets no answer; the others are refused. */
export function isTakenForAbsent(stanza: Element, to: Jid): boolean {
  const otherwise = (to.isBare ? NOBODY_THERE : RESOURCE_GONE)[messageType(stanza)];
  return otherwise === 'drop' || (otherwise === 'keep' && isKeptOrIdle(stanza));
}

interface Route {
  targets: Session[];
  otherwise: Otherwise;
}

export class Messages {
  readonly #host: XmppHost;

  constructor(host: XmppHost) {
    this.#host = host;
  }

  /** Resolves when it is on disk, delivered, and told to whom it concerns. @throws StanzaError where nobody takes it. */
  async deliver(account: Account, stanza: Element, to: Jid, origin: Origin): Promise<void> {
    const { targets, otherwise } = this.#route(account, stanza, to);
    const received = this.#event(account, clone(stanza), to, origin, targets);
    received.accepted = targets.length > 0 || otherwise === 'drop';
    if (targets.length > 0 || otherwise === 'keep') this.#host.hooks.run('message received', received);
    if (!received.accepted) throw new StanzaError('service-unavailable');
    const sent = this.#sent(stanza, to, origin);
    await this.#settle([...(sent ? [sent] : []), received], origin);
  }

  /** What a member sent to a service and the service took: the sender's side alone. */
  async sent(stanza: Element, to: Jid, origin: Origin): Promise<void> {
    const event = this.#sent(stanza, to, origin);
    if (event) await this.#settle([event], origin);
  }

  /** The sender's side, where the sender is a member of this box. */
  #sent(stanza: Element, to: Jid, origin: Origin): MessageEvent | undefined {
    if (!origin.session || !origin.host) return undefined;
    const event = this.#event(origin.session.account, clone(stanza), to, origin, []);
    return origin.host.hooks.run('message sent', event);
  }

  async #settle(events: MessageEvent[], origin: Origin): Promise<void> {
    const changes = events.flatMap((event) => event.changes);
    if (changes.length > 0) await this.#host.store.journal.commit(...changes);
    await origin.turn?.();
    for (const event of events) for (const target of event.targets) target.send(event.stanza);
    for (const event of events) for (const run of event.after) run();
    this.#host.activity();
  }

  #event(account: Account, stanza: Element, to: Jid, origin: Origin, targets: Session[]): MessageEvent {
    const { from, session } = origin;
    return { account, stanza, from, to, session, targets, accepted: false, changes: [], after: [] };
  }

  #route(account: Account, stanza: Element, to: Jid): Route {
    const type = messageType(stanza);
    const connected = to.isBare ? undefined : this.#host.sessions.byJid(account, to);
    if (connected) return { targets: [connected], otherwise: 'drop' };
    if (!to.isBare && type !== 'chat') return { targets: [], otherwise: RESOURCE_GONE[type] };
    if (type === 'groupchat' || type === 'error') return { targets: [], otherwise: NOBODY_THERE[type] };
    return { targets: this.#reachable(account), otherwise: NOBODY_THERE[type] };
  }

  /** All available resources of non-negative priority, the more generous of the two ways that RFC 6121 section 8.5.2.1.1 allows. */
  #reachable(account: Account): Session[] {
    return this.#host.sessions.ofAccount(account).filter((session) => session.available && session.priority >= 0);
  }

  /**
   * Stanzas of a session that ended before its client acknowledged them: a message goes to who else may take it, a request
   * is answered with an error, anything else was for that session only.
   */
  async undelivered(session: Session, stanzas: Element[]): Promise<void> {
    // All at once, which keeps their order: a stop of the server must not come between them.
    await Promise.all(stanzas.filter(mayBeAnswered).map((stanza) => this.#goOn(session.account, stanza)));
  }

  async #goOn(account: Account, stanza: Element): Promise<void> {
    if (stanza.name === 'message') await this.#again(account, stanza);
    else if (stanza.name === 'iq') this.#bounce(stanza);
  }

  async #again(account: Account, stanza: Element): Promise<void> {
    const event = { account, stanza, accepted: false, changes: [], after: [] };
    this.#host.hooks.run('message undelivered', event);
    if (!event.accepted) return this.#bounce(stanza);
    try {
      await this.#host.store.journal.commit(...event.changes);
    } catch (error) {
      this.#bounce(stanza);
      throw error;
    }
    for (const run of event.after as (() => void)[]) run();
  }

  #bounce(stanza: Element): void {
    this.#host.send(errorReply(stanza, new StanzaError('recipient-unavailable')));
  }
}
