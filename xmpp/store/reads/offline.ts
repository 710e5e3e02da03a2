import type { OfflineMessage } from '../archive-model.ts';
import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { OfflineReads } from '../store.ts';

export class SqliteOffline implements OfflineReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  list(account: Id, limit: number, after: Id = ''): OfflineMessage[] {
    return this.#db.all<OfflineMessage>(
      'SELECT id, at_ms AS atMs, stanza FROM offline_messages WHERE account = ? AND removed = 0 AND id > ? ORDER BY id LIMIT ?',
      account,
      after,
      limit,
    );
  }

  count(account: Id): number {
    const row = this.#db.get<{ n: number }>(
      'SELECT count(*) AS n FROM offline_messages WHERE account = ? AND removed = 0',
      account,
    );
    return row?.n ?? 0;
  }
}
