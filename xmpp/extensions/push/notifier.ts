/**
 * Tells app servers, no oftener than it helps: one notification is on its way at a time, and none follows for the same chat until
 * the client came back or a while passed. A client that was woken comes back within seconds and then gets everything; one whose
 * network only shows a notice is told again where a conversation goes on. A call does not wait for any of this.
 */
import { whoMayLogIn } from '../../access/may-log-in.ts';
import type { Host } from '../../extension.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import type { Account, Id, PushRegistration } from '../../store/model.ts';
import { publishRequest } from './notification.ts';
import type { Waking } from './waking.ts';

const SAME_CHAT_MS = 2 * 60_000;
/** A service that answered nothing but temporary errors for so long is given up as well. */
const GIVE_UP_MS = 24 * 3_600_000;
const MAX_CHATS = 200;

/** Not the service's own word, or no word about this registration: it may well work later. */
const TEMPORARY = new Set(['remote-server-not-found', 'remote-server-timeout', 'internal-server-error']);

interface Progress {
  /** Messages since the client was last there. */
  messages: number;
  /** When each chat was last told of. */
  told: Map<string, number>;
  underWay: number;
  /** What came meanwhile. */
  next: Waking | undefined;
  failingSinceMs: number | undefined;
}

export class Notifier {
  readonly #host: Host;
  readonly #progress = new Map<string, Progress>();

  constructor(host: Host) {
    this.#host = host;
  }

  notify(account: Account, registration: PushRegistration, waking: Waking): void {
    const progress = this.#progressOf(account, registration);
    if (waking.kind !== 'request') progress.messages += 1;
    if (waking.kind === 'call') this.#send(account, registration, waking, progress);
    else this.#sendInTurn(account, registration, waking, progress);
  }

  /** The client is there: what it lacked is on its way to it. */
  cameBack(account: Account, registration: PushRegistration): void {
    const progress = this.#progress.get(keyOf(account.id, registration));
    if (!progress) return;
    progress.messages = 0;
    progress.told.clear();
    progress.next = undefined;
  }

  /** Nothing more goes there. @param account an id */
  forget(account: Id, registration: Pick<PushRegistration, 'service' | 'node'>): void {
    const key = keyOf(account, registration);
    const progress = this.#progress.get(key);
    if (progress) progress.next = undefined;
    this.#progress.delete(key);
  }

  #sendInTurn(account: Account, registration: PushRegistration, waking: Waking, progress: Progress): void {
    const toldMs = progress.told.get(waking.chat);
    if (toldMs !== undefined && this.#host.clock.nowMs() - toldMs < SAME_CHAT_MS) return;
    if (progress.underWay > 0) progress.next = waking;
    else this.#send(account, registration, waking, progress);
  }

  #send(account: Account, registration: PushRegistration, waking: Waking, progress: Progress): void {
    // Who may not log in is woken by nothing.
    if (!whoMayLogIn(this.#host, account.id)) return;
    if (progress.told.size >= MAX_CHATS) progress.told.clear();
    progress.told.set(waking.chat, this.#host.clock.nowMs());
    progress.underWay += 1;
    const counts = { messages: progress.messages, requests: this.#requests(account, waking) };
    this.#host
      .query(publishRequest(this.#host.server.domain, registration, waking, counts))
      .then(
        () => {
          progress.failingSinceMs = undefined;
        },
        (error: unknown) => this.#failed(account, registration, progress, error),
      )
      .finally(() => {
        progress.underWay -= 1;
        const { next } = progress;
        progress.next = undefined;
        if (next) this.#sendInTurn(account, registration, next, progress);
      });
  }

  /** Of a request that is just coming in, the store does not know yet. */
  #requests(account: Account, { kind, chat }: Waking): number {
    const known = this.#host.store.roster.requests(account.id).map(({ contact }) => contact);
    return new Set(kind === 'request' ? [...known, chat] : known).size;
  }

  /** Section 7.1 */
  #failed(account: Account, registration: PushRegistration, progress: Progress, error: unknown): void {
    const nowMs = this.#host.clock.nowMs();
    progress.failingSinceMs ??= nowMs;
    const { service, node } = registration;
    const details = { account: account.id, service, error: String(error) };
    if (isTemporary(error) && nowMs - progress.failingSinceMs < GIVE_UP_MS) {
      this.#host.log.debug(details, 'a push service could not be told');
      return;
    }
    this.forget(account.id, registration);
    this.#host.log.info(details, 'a push service refused and is told no more');
    this.#host.store.journal
      .commit(change('push disabled', { account: account.id, service, node }))
      .catch((failure: unknown) => this.#host.log.warn({ error: String(failure) }, 'a push service stays registered'));
  }

  #progressOf(account: Account, registration: PushRegistration): Progress {
    const key = keyOf(account.id, registration);
    let progress = this.#progress.get(key);
    if (!progress) {
      progress = { messages: 0, told: new Map(), underWay: 0, next: undefined, failingSinceMs: undefined };
      this.#progress.set(key, progress);
    }
    return progress;
  }
}

const isTemporary = (error: unknown) =>
  !(error instanceof StanzaError) || error.type === 'wait' || TEMPORARY.has(error.condition);

export const keyOf = (account: Id, { service, node }: Pick<PushRegistration, 'service' | 'node'>) =>
  `${account}\n${service}\n${node}`;
