import type { Change } from '../changes.ts';
import type { ServerRow } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { ServerReads } from '../store.ts';

export class SqliteServers implements ServerReads {
  readonly #db: Sqlite;
  /** Every stanza asks which host it is for, several times. */
  #rows: ServerRow[] | undefined;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  all(): ServerRow[] {
    this.#rows ??= this.#read();
    return [...this.#rows];
  }

  /** Drops from the cache what this change made stale. */
  forget(change: Change): void {
    if (change.kind === 'server set' || change.kind === 'server removed') this.#rows = undefined;
  }

  #read(): ServerRow[] {
    const rows = this.#db.all<Omit<ServerRow, 'fallbacks'> & { fallbacks: string }>(
      'SELECT id, domain, fallbacks, mode, registration FROM servers ORDER BY id',
    );
    return rows.map((row) => Object.freeze({ ...row, fallbacks: JSON.parse(row.fallbacks) as string[] }));
  }
}
