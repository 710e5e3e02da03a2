import { StoreOpenError } from './open-error.ts';
import type { Sqlite } from './sqlite.ts';

/**
 * Brings a database to the schema of the last migration, each step in a transaction of its own; SQLite's `user_version` counts
 * the steps done. A database that a newer program made is left alone: StoreOpenError 'NEWER'.
 */
export function migrate(db: Sqlite, migrations: readonly string[]): void {
  const done = Number(db.pragma('user_version'));
  if (done > migrations.length) {
    throw new StoreOpenError(
      'NEWER',
      `the database is of version ${done}, made by a newer CASP3R; this one knows versions up to ${migrations.length}`,
    );
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < done) continue;
    db.script('BEGIN IMMEDIATE');
    try {
      db.script(sql);
      db.pragma(`user_version = ${index + 1}`);
      db.script('COMMIT');
    } catch (error) {
      if (db.inTransaction) db.script('ROLLBACK');
      throw error;
    }
  }
}
