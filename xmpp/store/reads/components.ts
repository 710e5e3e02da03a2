import type { Sqlite } from '../sqlite.ts';
import type { ComponentReads } from '../store.ts';

export class SqliteComponents implements ComponentReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  all(): { domain: string; secret: string }[] {
    return this.#db.all('SELECT domain, secret FROM components WHERE removed = 0 ORDER BY domain');
  }
}
