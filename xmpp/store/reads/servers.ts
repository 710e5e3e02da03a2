import type { ServerRow } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { ServerReads } from '../store.ts';

export class SqliteServers implements ServerReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  all(): ServerRow[] {
    const rows = this.#db.all<Omit<ServerRow, 'fallbacks'> & { fallbacks: string }>(
      'SELECT id, domain, fallbacks, mode, registration FROM servers ORDER BY id',
    );
    return rows.map((row) => ({ ...row, fallbacks: JSON.parse(row.fallbacks) as string[] }));
  }
}
