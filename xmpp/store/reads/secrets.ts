import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { SecretReads } from '../store.ts';

export class SqliteSecrets implements SecretReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  get(server: Id, name: string): string | undefined {
    return this.#db.get<{ value: string }>('SELECT value FROM secrets WHERE server = ? AND name = ?', server, name)
      ?.value;
  }
}
