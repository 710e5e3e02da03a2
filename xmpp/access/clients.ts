/**
 * The clients of a host's members: what each says of itself, when it was here, and the tokens with which it logs in again
 * (XEP-0484, XEP-0494). A client is an installation that gave itself an id at login (XEP-0388).
 */
import type { Host } from '../extension.ts';
import { Turns } from '../im/turns.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, ClientRow, FastToken, PushRegistration } from '../store/model.ts';
import { afterUse, isAlive, isDue, shownToken, withNew } from './fast-tokens.ts';

/** Of one member: the one not seen for longest makes room. */
const MAX_CLIENTS = 50;
const DAY_MS = 86_400_000;
/** As long as a token lives. */
const FORGOTTEN_AFTER_MS = 60 * DAY_MS;

/** How a token is used (`<fast/>`). */
export interface TokenUse {
  /** Of the client's uses of this token, so that one cannot be played again. */
  count: number | undefined;
  /** It is to be void from now on. */
  invalidate: boolean;
}

export interface ClientLogin {
  id: string;
  software: string;
  device: string;
  by: 'password' | 'token';
  /** The mechanism for which it wants a token; undefined where it asks for none. */
  wants: string | undefined;
  /** The token that it came with is void now, so none takes its place unless it asks. */
  invalidated: boolean;
}

export class Clients {
  readonly #host: Host;
  readonly #turns = new Turns();

  constructor(host: Host) {
    this.#host = host;
  }

  attach(): void {
    this.#host.hooks.on('night', ({ work }) => work.push(() => this.#forgetOld()));
  }

  /** Those that can log in or are here, the last seen first. */
  list(account: Account): ClientRow[] {
    const nowMs = this.#host.clock.nowMs();
    const here = this.#idsHere(account);
    return this.#host.store.clients
      .list(account.id)
      .map((row) => ({ ...row, tokens: row.tokens.filter((token) => isAlive(token, nowMs)) }))
      .filter((row) => row.password || row.tokens.length > 0 || here.has(row.id));
  }

  /**
   * Whether a client that calls itself so has logged in to the account. Its id is told to nobody but its owner.
   * @param account undefined where nobody has that name, which takes as long
   */
  knows(account: Account | undefined, id: string): boolean {
    return this.#host.store.clients.find(account?.id ?? '', id) !== undefined;
  }

  /** What changes the secrets of an account: one at a time, so that none outlives the password that it was given for. */
  alone<T>(account: Account, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(account.id, work);
  }

  /**
   * Looks for the token that the client shows to have, and notes its use on disk before anyone is let in by it. Undefined where
   * it has none such, or has used it with this count before.
   */
  useToken(
    account: Account,
    id: string,
    mechanism: string,
    shown: Buffer,
    sign: (secret: string) => Buffer,
    { count, invalidate }: TokenUse,
  ): Promise<{ secret: string; expired: boolean } | undefined> {
    return this.alone(account, async () => {
      const row = this.#host.store.clients.find(account.id, id);
      const token = row && shownToken(row.tokens, mechanism, shown, sign);
      if (!token || (count !== undefined && count <= token.count)) return undefined;
      const expired = !isAlive(token, this.#host.clock.nowMs());
      if (!expired && (invalidate || count !== undefined || !token.used)) {
        const rest = row.tokens.filter((each) => each !== token);
        await this.#commit({ ...row, tokens: invalidate ? rest : afterUse(row.tokens, token, count) });
      }
      return { secret: token.secret, expired };
    });
  }

  /** Notes the login. Resolves with the token that the client is to be given, once it is on disk. */
  loggedIn(account: Account, login: ClientLogin): Promise<FastToken | undefined> {
    return this.alone(account, async () => {
      const { clock, random, store } = this.#host;
      const nowMs = clock.nowMs();
      const { id, software, device } = login;
      const before = store.clients.find(account.id, id);
      const tokens = before?.tokens ?? [];
      const used = tokens.find((token) => token.used);
      const rotated = login.by === 'token' && !login.invalidated && used && isDue(used, nowMs);
      const mechanism = login.wants ?? (rotated ? used.mechanism : undefined);
      const row: ClientRow = {
        ...{ account: account.id, id, software, device, firstMs: before?.firstMs ?? nowMs, lastMs: nowMs },
        password: login.by === 'password' || (before?.password ?? false),
        tokens: mechanism === undefined ? tokens : withNew(tokens, mechanism, nowMs, random),
      };
      await this.#commit(row, ...(before ? [] : this.#makeRoom(account)));
      return mechanism === undefined ? undefined : row.tokens.at(-1);
    });
  }

  /**
   * Its tokens are void, and nobody is told any more of what waits for it.
   * @param resources of its sessions: all that is known of a client without an id
   */
  async revoke(account: Account, id: string | undefined, resources: readonly string[]): Promise<void> {
    await this.alone(account, async () => {
      const { store } = this.#host;
      const row = id === undefined ? undefined : store.clients.find(account.id, id);
      const pushes = this.pushesEnded(account, ({ client, resource }) =>
        client === '' ? resources.includes(resource) : client === id,
      );
      const changes = [...(row ? [change('client set', { ...row, tokens: [] })] : []), ...pushes];
      if (changes.length > 0) await store.journal.commit(...changes);
    });
  }

  /** The changes that end those of its push registrations. */
  pushesEnded({ id: account }: Account, which: (registration: PushRegistration) => boolean): Change[] {
    const ended = this.#host.store.extras.pushRegistrations(account).filter(which);
    return ended.map(({ service, node }) => change('push disabled', { account, service, node }));
  }

  endSessions(account: Account, id: string, condition: 'conflict' | 'not-authorized', text: string): void {
    for (const session of this.#host.sessions.ofAccount(account)) {
      if (session.client === id) session.outlet.close(condition, text);
    }
  }

  #commit(row: ClientRow, ...more: Change[]): Promise<void> {
    return this.#host.store.journal.commit(change('client set', row), ...more);
  }

  #makeRoom(account: Account): Change[] {
    const over = this.#host.store.clients.list(account.id).slice(MAX_CLIENTS - 1);
    return over.map(({ id }) => change('client removed', { account: account.id, id }));
  }

  /** What has not been here for so long has no token left, and what it was is nobody's business any more. */
  async #forgetOld(): Promise<void> {
    const { accounts, clock, store } = this.#host;
    const beforeMs = clock.nowMs() - FORGOTTEN_AFTER_MS;
    for (const account of accounts.list()) {
      const here = this.#idsHere(account);
      const old = store.clients.list(account.id).filter(({ id, lastMs }) => lastMs < beforeMs && !here.has(id));
      const changes = old.map(({ id }) => change('client removed', { account: account.id, id }));
      if (changes.length > 0) await store.journal.commit(...changes);
    }
  }

  #idsHere(account: Account): Set<string | undefined> {
    return new Set(this.#host.sessions.ofAccount(account).map(({ client }) => client));
  }
}
