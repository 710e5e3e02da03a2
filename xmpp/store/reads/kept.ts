import type { Id, KeptKind } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { KeptReads } from '../store.ts';

export class SqliteKept implements KeptReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  bytes(account: Id, kind: KeptKind): number {
    const row = this.#db.get<{ bytes: number }>(
      'SELECT bytes FROM kept_bytes WHERE account = ? AND kind = ?',
      account,
      kind,
    );
    return row?.bytes ?? 0;
  }
}
