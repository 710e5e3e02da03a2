/**
 * What a session sends enters here (RFC 6120 section 8.1.2.1): `from` is stamped, the hooks before routing have their say, the
 * router does the rest. An exception in a handler costs one stanza and is counted, never the stream.
 */
import type { Log } from '../log.ts';
import type { Element } from '../xml.ts';
import type { Hooks } from './hooks.ts';
import { Jid } from './jid.ts';
import type { Turn } from './lane.ts';
import type { Router } from './router.ts';
import type { Session } from './session.ts';
import { errorReply, mayBeAnswered } from './stanza.ts';
import { StanzaError } from './stanza-error.ts';

export class Inbound {
  readonly #router: Router;
  readonly #hooks: (session: Session) => Hooks;
  readonly #log: Log;
  /** Exceptions since the start, each of which cost one stanza. */
  faults = 0;

  constructor(router: Router, hooks: (session: Session) => Hooks, log: Log) {
    this.#router = router;
    this.#hooks = hooks;
    this.#log = log;
  }

  /** Resolves when the stanza is done and all that it changed is on disk. Never rejects. */
  receive(session: Session, stanza: Element): Promise<void> {
    return stanza.name === 'message'
      ? session.lane.pipelined((turn) => this.#guarded(session, stanza, turn))
      : session.lane.barrier(() => this.#guarded(session, stanza));
  }

  /**
   * A stanza from outside the box (routing/outside.ts), whose `from` is one that its sender may speak for. Resolves when it is done.
   * Never rejects: what is refused is answered on the way back.
   * @param turn for a message that may come before others of its sender are done: resolves when they are
   */
  async fromOutside(stanza: Element, from: Jid, to: Jid, turn?: Turn): Promise<void> {
    stanza.attrs.from = from.toString();
    stanza.attrs.to = to.toString();
    try {
      await this.#router.route(stanza, to, { from, session: undefined, host: undefined, turn });
    } catch (error) {
      await turn?.();
      const answer = error instanceof StanzaError ? error : this.fault(error, from, stanza);
      if (mayBeAnswered(stanza)) await this.#answer(errorReply(stanza, answer), to, from);
    }
  }

  /** To somebody outside who cannot be reached any more, nothing can be said. */
  async #answer(reply: Element, from: Jid, to: Jid): Promise<void> {
    await this.#router
      .route(reply, to, { from, session: undefined, host: undefined, turn: undefined })
      .catch(() => undefined);
  }

  async #guarded(session: Session, stanza: Element, turn?: Turn): Promise<void> {
    // A session that ended while its stanza waited for its turn speaks for nobody any more (an account that was removed, say).
    if (session.ended) return;
    stanza.attrs.from = session.jid.toString();
    // RFC 6120 section 10.3.1. Said out loud, so that archive and other resources see whom it was for.
    if (stanza.name === 'message') stanza.attrs.to ??= session.jid.bare.toString();
    try {
      await this.#process(session, stanza, turn);
    } catch (error) {
      await turn?.();
      const answer = error instanceof StanzaError ? error : this.fault(error, session.jid, stanza);
      if (mayBeAnswered(stanza)) session.send(errorReply(stanza, answer));
    }
  }

  async #process(session: Session, stanza: Element, turn?: Turn): Promise<void> {
    const address = stanza.attrs.to;
    const to = address === undefined ? undefined : Jid.parse(address);
    // As it is prepared, so that who gets it, and whatever is kept of it, knows one form of each address (RFC 7622 section 3).
    if (to) stanza.attrs.to = to.toString();
    const event = { session, stanza, from: session.jid, to, drop: false };
    this.#hooks(session).run('stanza from session', event);
    if (!event.drop) await this.#router.fromSession(session, stanza, to, turn);
  }

  /** Counts and logs what a handler threw, and gives the error that its sender may see. */
  fault(error: unknown, from: Jid, stanza: Element): StanzaError {
    if (isCommitError(error)) {
      this.#log.error({ error: error.message, code: error.code }, 'a change could not be written');
      return new StanzaError('resource-constraint', { text: 'The server cannot store anything at the moment.' });
    }
    this.faults += 1;
    // The payload's name is enough to find the handler; the text of a member's message does not belong in a log.
    const payload = stanza.getChildElements().map((child) => `${child.getNS() ?? ''}:${child.name}`);
    this.#log.error(
      {
        error: error instanceof Error ? error.stack : String(error),
        from: from.toString(),
        stanza: stanza.name,
        payload,
      },
      'a handler failed; the stanza was refused',
    );
    return new StanzaError('internal-server-error');
  }
}

const isCommitError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && error.name === 'CommitError' && 'code' in error;
