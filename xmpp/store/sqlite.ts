/** The one home of better-sqlite3: a connection that prepares each statement once. */
import Database from 'better-sqlite3';

export type SqlValue = string | number | null;

/** Values for `?` in their order, or one object for `:name`. */
type Value = SqlValue | Record<string, SqlValue>;

export class Sqlite {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<Value[]>>();

  constructor(path: string, options: { readonly: boolean; busyMs: number }) {
    this.#db = new Database(path, { readonly: options.readonly, timeout: options.busyMs });
  }

  /** True between BEGIN and its end; SQLite itself ends a transaction on some errors (a full disk). */
  get inTransaction(): boolean {
    return this.#db.inTransaction;
  }

  /** Returns how many rows changed. */
  run(sql: string, ...values: Value[]): number {
    return this.#statement(sql).run(...values).changes;
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  /** Several statements without values. */
  script(sql: string): void {
    this.#db.exec(sql);
  }

  pragma(text: string): unknown {
    return this.#db.pragma(text, { simple: true });
  }

  close(): void {
    this.#db.close();
  }

  #statement(sql: string): Database.Statement<Value[]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare<Value[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** SQLite's name for what went wrong (SQLITE_FULL …), undefined where the error is not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}
