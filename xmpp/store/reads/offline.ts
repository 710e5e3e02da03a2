import type { Id, OfflineMessage } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { OfflineReads } from '../store.ts';

const AT_A_TIME = 20;

export class SqliteOffline implements OfflineReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  *list(account: Id): Generator<OfflineMessage> {
    let last = '';
    for (;;) {
      const some = this.#db.all<OfflineMessage>(
        `SELECT id, at_ms AS atMs, stanza FROM offline_messages
         WHERE account = ? AND removed = 0 AND id > ? ORDER BY id LIMIT ${AT_A_TIME}`,
        account,
        last,
      );
      yield* some;
      if (some.length < AT_A_TIME) return;
      last = some.at(-1)?.id ?? last;
    }
  }

  count(account: Id): number {
    const row = this.#db.get<{ n: number }>(
      'SELECT count(*) AS n FROM offline_messages WHERE account = ? AND removed = 0',
      account,
    );
    return row?.n ?? 0;
  }
}
