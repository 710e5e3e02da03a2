/** The bytes that are counted as rows come and go are those that are there. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { applyChange } from '../../../xmpp/store/apply/apply.ts';
import { type Change, change } from '../../../xmpp/store/changes.ts';
import { idOf } from '../../../xmpp/store/ids.ts';
import { migrate } from '../../../xmpp/store/migrate.ts';
import { migrations } from '../../../xmpp/store/migrations/migrations.ts';
import { SqliteKept } from '../../../xmpp/store/reads/kept.ts';
import { Sqlite } from '../../../xmpp/store/sqlite.ts';
import { noonMs, temporaryFolder } from './fixtures.ts';
import { item, kinds, message, sample } from './samples.ts';

const uncounted = migrations.slice(
  0,
  migrations.findIndex((sql) => sql.includes('kept_bytes')),
);

function database(steps = migrations): Sqlite {
  const db = new Sqlite(join(temporaryFolder(), 'kept.db'), { readonly: false, busyMs: 0 });
  onTestFinished(() => db.close());
  migrate(db, steps);
  return db;
}

function apply(db: Sqlite, tick: number, made: Change): void {
  applyChange(db, { ...made, origin: 'boxboxbo', seq: tick, hlc: idOf(noonMs + tick, 0, 'boxboxbo') });
}

const counted = (db: Sqlite) => db.all('SELECT account, kind, bytes FROM kept_bytes ORDER BY account, kind');

const there = (db: Sqlite) =>
  db.all(
    `SELECT account, kind, sum(bytes) AS bytes FROM (
       SELECT account, 'archive' AS kind, octet_length(stanza) AS bytes FROM archive
       UNION ALL SELECT owner, 'nodes', octet_length(payload) FROM node_items
       UNION ALL SELECT account, 'private', octet_length(data) FROM private_data
     ) GROUP BY account, kind HAVING sum(bytes) > 0 ORDER BY account, kind`,
  );

const MORE: Change[] = [
  change('message archived', { ...message, id: 'm2', stanza: '<message><body>Grüße</body></message>' }),
  change('message archived', { ...message, id: 'm2', stanza: '<message/>' }),
  change('archived message replaced', { ...message, id: 'm2', stanza: '<message><retracted/></message>' }),
  change('message archived', { ...message, account: 'r1', id: 'm3' }),
  change('item published', { ...item, id: 'x', keep: 2 }),
  change('item published', { ...item, id: 'x', payload: '<longer>than before</longer>', keep: 2 }),
  change('item published', { ...item, id: 'y', keep: 2 }),
  change('item published', { ...item, id: 'z', keep: 1 }),
  change('item retracted', { owner: item.owner, node: item.node, id: 'z' }),
  change('private data set', { account: 'a1', name: 'a', namespace: 'b', data: '<a>€</a>' }),
  change('private data set', { account: 'a1', name: 'a', namespace: 'b', data: '' }),
];

test('after every kind of change', () => {
  const db = database();
  const changes = [...MORE, ...kinds.map((kind) => sample(kind))];
  let most = 0;
  for (const [tick, made] of changes.entries()) {
    apply(db, tick, made);
    expect(counted(db)).toEqual(there(db));
    most = Math.max(most, counted(db).length);
  }
  expect(most).toBe(3);
  expect(counted(db)).toEqual([]);
});

test('of a store that was there before they were counted', () => {
  const db = database(uncounted);
  for (const [tick, made] of MORE.slice(0, 7).entries()) apply(db, tick, made);
  migrate(db, migrations);
  expect(counted(db)).toEqual(there(db));
  expect(new SqliteKept(db).bytes('a1', 'archive')).toBeGreaterThan(0);
  expect(new SqliteKept(db).bytes('nobody', 'archive')).toBe(0);
});
