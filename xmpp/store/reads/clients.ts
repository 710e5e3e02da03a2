import type { ClientRow, FastToken, Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { ClientReads } from '../store.ts';

type Row = Omit<ClientRow, 'password' | 'tokens'> & { password: number; tokens: string };

const select = `SELECT account, id, software, device, first_ms AS firstMs, last_ms AS lastMs, password, tokens
  FROM clients WHERE removed = 0`;

export class SqliteClients implements ClientReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  find(account: Id, id: string): ClientRow | undefined {
    const row = this.#db.get<Row>(`${select} AND account = ? AND id = ?`, account, id);
    return row && clientOf(row);
  }

  list(account: Id): ClientRow[] {
    return this.#db.all<Row>(`${select} AND account = ? ORDER BY last_ms DESC, id`, account).map(clientOf);
  }
}

const clientOf = (row: Row): ClientRow => ({
  ...row,
  password: row.password === 1,
  tokens: JSON.parse(row.tokens) as FastToken[],
});
