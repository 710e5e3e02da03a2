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

  /** Asked for with every stream; by server and hash. */
  readonly #lacking = new ReadCache<number>(100);

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
    const kept = row === undefined ? [] : unpackCredentials(row.keys);
    const added = this.#db.all<{ keys: string }>('SELECT keys FROM added_credentials WHERE account = ?', account);
    const more = added.flatMap(({ keys }) => unpackCredentials(keys));
    return [...kept, ...more.filter(({ hash }) => !kept.some((each) => each.hash === hash))];
  }

  secretsStamp(account: Id): string {
    const row = this.#db.get<{ stamp: string }>(
      `SELECT coalesce(hlc, '') || ' ' || status_hlc AS stamp
       FROM account_states LEFT JOIN credentials USING (account) WHERE account = ?`,
      account,
    );
    return row?.stamp ?? '';
  }

  lacking(server: Id, hash: Credential['hash']): number {
    return this.#lacking.get(`${server} ${hash}`, () => this.#countLacking(server, hash));
  }

  #countLacking(server: Id, hash: Credential['hash']): number {
    const row = this.#db.get<{ n: number }>(
      `SELECT count(*) AS n FROM accounts JOIN credentials ON credentials.account = accounts.id
       WHERE server = :server AND keys <> '[]'
         AND NOT EXISTS (SELECT 1 FROM json_each(keys) WHERE value ->> 'hash' = :hash)
         AND NOT EXISTS (SELECT 1 FROM added_credentials AS added WHERE added.account = accounts.id AND hash = :hash)`,
      { server, hash },
    );
    return row?.n ?? 0;
  }

  lastSeen(account: Id): LastSeen | undefined {
    return this.#db.get<LastSeen>('SELECT at_ms AS atMs, status FROM last_seen WHERE account = ?', account);
  }

  /** Drops from the cache what this change made stale. */
  forget(change: Change): void {
    switch (change.kind) {
      case 'account removed':
        this.#cache.clear();
        this.#lacking.clear();
        return;
      case 'role set':
      case 'account status set':
        this.#cache.clear();
        return;
      case 'account created':
      case 'credentials set':
      case 'credential added':
        this.#lacking.clear();
    }
  }
}

/** One object serves all callers: a write to it is a mistake that shows at once. */
function frozen(account: Account | undefined): Account | undefined {
  return account && Object.freeze(account);
}
