import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { migrate } from '../../../xmpp/store/migrate.ts';
import { migrations } from '../../../xmpp/store/migrations/migrations.ts';
import { Sqlite } from '../../../xmpp/store/sqlite.ts';
import { temporaryFolder } from './fixtures.ts';

function empty(): Sqlite {
  const db = new Sqlite(join(temporaryFolder(), 'migrate.db'), { readonly: false, busyMs: 0 });
  onTestFinished(() => db.close());
  return db;
}

const first = 'CREATE TABLE t (a)';

test('from an empty database to today, and a second time without a change', () => {
  const db = empty();
  migrate(db, migrations);
  const schema = (): unknown => db.all('SELECT name, sql FROM sqlite_schema ORDER BY name');
  const once = schema();
  expect(db.pragma('user_version')).toBe(migrations.length);
  expect(db.pragma('integrity_check')).toBe('ok');
  migrate(db, migrations);
  expect(schema()).toEqual(once);
});

test('only the steps that are missing run', () => {
  const db = empty();
  migrate(db, [first]);
  db.run('INSERT INTO t VALUES (1)');
  migrate(db, [first, 'ALTER TABLE t ADD COLUMN b DEFAULT 2']);
  expect(db.get('SELECT * FROM t')).toEqual({ a: 1, b: 2 });
  expect(db.pragma('user_version')).toBe(2);
});

test('a step that fails leaves the database as the step before left it', () => {
  const db = empty();
  expect(() => migrate(db, [first, 'CREATE TABLE u (a); CREATE TABLE t (a)'])).toThrow(/already exists/);
  expect(db.pragma('user_version')).toBe(1);
  expect(db.all("SELECT name FROM sqlite_schema WHERE type = 'table'")).toEqual([{ name: 't' }]);
});

test('a database of a newer program is refused', () => {
  const db = empty();
  migrate(db, [first, 'CREATE TABLE u (a)']);
  expect(() => migrate(db, [first])).toThrow(/version 2, made by a newer CASP3R; this one knows versions up to 1/);
});
