import { ReadCache } from '../cache.ts';
import type { Change } from '../changes.ts';
import { unpackCredentials } from '../credentials.ts';
import type { Account, Credential, Id, LastSeen } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { AccountReads } from '../store.ts';

const select = `SELECT id, server, local, role, status, created_ms AS createdMs
  FROM accounts JOIN account_states ON account_states.account = accounts.id`;

export class SqliteAccounts implements AccountReads {
  readonly #db: Sqlite;
  /** By name and by id; a name has a NUL in it. */
  readonly #cache = new ReadCache<Account>(2000);

  constructor(db: Sqlite) {
    this.#db = db;
  }

  byName(server: Id, local: string): Account | undefined {
    return this.#cache.get(`${server}\0${local}`, () =>
      frozen(this.#db.get<Account>(`${select} WHERE server = ? AND local = ?`, server, local)),
    );
  }

  byId(id: Id): Account | undefined {
    return this.#cache.get(id, () => frozen(this.#db.get<Account>(`${select} WHERE id = ?`, id)));
  }

  list(server: Id): Account[] {
    return this.#db.all<Account>(`${select} WHERE server = ? ORDER BY local`, server);
  }

  count(server: Id): number {
    return this.#db.get<{ n: number }>('SELECT count(*) AS n FROM accounts WHERE server = ?', server)?.n ?? 0;
  }

  credentials(account: Id): Credential[] {
    const row = this.#db.get<{ keys: string }>('SELECT keys FROM credentials WHERE account = ?', account);
    return row === undefined ? [] : unpackCredentials(row.keys);
  }

  lastSeen(account: Id): LastSeen | undefined {
    return this.#db.get<LastSeen>('SELECT at_ms AS atMs, status FROM last_seen WHERE account = ?', account);
  }

  /** Drops from the cache what this change made stale. */
  forget(change: Change): void {
    switch (change.kind) {
      case 'role set':
      case 'account status set':
      case 'account removed':
        this.#cache.clear();
    }
  }
}

/** One object serves all callers: a write to it is a mistake that shows at once. */
function frozen(account: Account | undefined): Account | undefined {
  return account && Object.freeze(account);
}
