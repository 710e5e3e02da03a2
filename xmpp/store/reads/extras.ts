import { ReadCache } from '../cache.ts';
import type { Change } from '../changes.ts';
import type { Id, PushRegistration } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { ExtrasReads } from '../store.ts';

export class SqliteExtras implements ExtrasReads {
  readonly #db: Sqlite;
  readonly #blocked = new ReadCache<readonly string[]>(1000);
  readonly #pushes = new ReadCache<readonly PushRegistration[]>(1000);

  constructor(db: Sqlite) {
    this.#db = db;
  }

  blocked(account: Id): string[] {
    return [
      ...this.#blocked.get(account, () =>
        this.#db
          .all<{ jid: string }>('SELECT jid FROM blocked WHERE account = ? AND removed = 0 ORDER BY jid', account)
          .map((row) => row.jid),
      ),
    ];
  }

  vcard(account: Id): string | undefined {
    return this.#db.get<{ vcard: string }>('SELECT vcard FROM vcards WHERE account = ?', account)?.vcard;
  }

  privateData(account: Id, name: string, namespace: string): string | undefined {
    return this.#db.get<{ data: string }>(
      'SELECT data FROM private_data WHERE account = ? AND name = ? AND namespace = ?',
      account,
      name,
      namespace,
    )?.data;
  }

  allPrivateData(account: Id): string[] {
    return this.#db
      .all<{ data: string }>('SELECT data FROM private_data WHERE account = ? ORDER BY namespace, name', account)
      .map(({ data }) => data);
  }

  pushRegistrations(account: Id): PushRegistration[] {
    return [
      ...this.#pushes.get(account, () =>
        this.#db
          .all<Omit<PushRegistration, 'shows'> & { shows: string }>(
            `SELECT service, node, resource, client, options, shows, at_ms AS atMs FROM push_registrations
             WHERE account = ? AND removed = 0 ORDER BY at_ms, service, node`,
            account,
          )
          .map((row) => ({ ...row, shows: (['sender', 'body'] as const).filter((part) => row.shows.includes(part)) })),
      ),
    ];
  }

  /** Drops from the cache what this change made stale. */
  forget(change: Change): void {
    switch (change.kind) {
      case 'blocked set':
      case 'blocked removed':
      case 'account removed':
        this.#blocked.forget(change.data.account);
        break;
    }
    switch (change.kind) {
      case 'push enabled':
      case 'push disabled':
      case 'account removed':
        this.#pushes.forget(change.data.account);
    }
  }
}
