/** The bound resources of one host. */
import type { Account } from '../store/model.ts';
import type { Hooks } from './hooks.ts';
import type { Jid } from './jid.ts';
import type { Session } from './session.ts';

export class Sessions {
  readonly #hooks: Hooks;
  readonly #byAccount = new Map<string, Map<string, Session>>();

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  /** Adds a session; one that holds the resource already gets `conflict` and ends first (RFC 6120 section 7.7.2.2). */
  add(session: Session): void {
    const resource = session.jid.resource;
    this.of(session.account.id, resource)?.outlet.close('conflict', 'replaced by a new connection');
    let resources = this.#byAccount.get(session.account.id);
    if (!resources) {
      resources = new Map();
      this.#byAccount.set(session.account.id, resources);
    }
    resources.set(resource, session);
    this.#hooks.run('session bound', { session });
  }

  /** Called by the outlet once it is over for good: the stream closed, or nobody resumed it in time. Safe to call twice. */
  end(session: Session): void {
    if (session.ended) return;
    session.ended = true;
    const resources = this.#byAccount.get(session.account.id);
    if (resources?.get(session.jid.resource) === session) resources.delete(session.jid.resource);
    if (resources?.size === 0) this.#byAccount.delete(session.account.id);
    this.#hooks.run('session ended', { session });
  }

  /** The sessions of an account, in the order they were bound. */
  ofAccount(account: Account | string): Session[] {
    return [...(this.#byAccount.get(typeof account === 'string' ? account : account.id)?.values() ?? [])];
  }

  of(accountId: string, resource: string): Session | undefined {
    return this.#byAccount.get(accountId)?.get(resource);
  }

  byJid(account: Account, jid: Jid): Session | undefined {
    return this.of(account.id, jid.resource);
  }

  *all(): Generator<Session> {
    for (const resources of this.#byAccount.values()) yield* resources.values();
  }

  /** Accounts with at least one session bound. */
  get accountsOnline(): number {
    return this.#byAccount.size;
  }
}
