/** The writer's transaction, on a real database whose size SQLite itself limits: that is what a full disk is to it. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { change } from '../../../xmpp/store/changes.ts';
import { type Origin, stamp, writeGroup } from '../../../xmpp/store/group.ts';
import { idOf } from '../../../xmpp/store/ids.ts';
import type { Commit } from '../../../xmpp/store/messages.ts';
import { migrate } from '../../../xmpp/store/migrate.ts';
import { migrations } from '../../../xmpp/store/migrations/migrations.ts';
import { Sqlite } from '../../../xmpp/store/sqlite.ts';
import { noonMs, temporaryFolder } from './fixtures.ts';
import { alice, message, sample } from './samples.ts';

const boxId = 'boxboxbo';

function setUp(): { db: Sqlite; origin: Origin; path: string } {
  const path = join(temporaryFolder(), 'group.db');
  const db = new Sqlite(path, { readonly: false, busyMs: 0 });
  onTestFinished(() => db.close());
  migrate(db, migrations);
  db.run("INSERT INTO box (one, id, seq, hlc) VALUES (1, ?, 0, '')", boxId);
  return { db, origin: { boxId, seq: 0 }, path };
}

let ticks = 0;
function commitOf(...changes: ReturnType<typeof sample>[]): Commit {
  return changes.map((made) => ({ ...made, hlc: idOf(noonMs, ticks++, boxId) }));
}

const archived = (id: string, bytes = 10): Commit =>
  commitOf(change('message archived', { ...message, id, stanza: 'x'.repeat(bytes) }));
const nameTaken = (): Commit =>
  commitOf(sample('vcard set'), change('account created', { account: { ...alice, id: 'a2' }, credentials: [] }));

const ids = (db: Sqlite): string[] => db.all<{ id: string }>('SELECT id FROM archive ORDER BY id').map(({ id }) => id);
const box = (db: Sqlite): unknown => db.get('SELECT seq, hlc FROM box');

test('a stamp gives origin and seq and leaves the rest as it is', () => {
  const origin = { boxId, seq: 41 };
  const made = { ...sample('vcard set'), hlc: 'h' };
  expect(stamp(origin, made)).toEqual({ ...made, origin: boxId, seq: 42 });
  expect(origin.seq).toBe(42);
});

test('a commit that fails leaves nothing behind, takes no neighbour with it, and no number', () => {
  const { db, origin } = setUp();
  const group = [commitOf(sample('account created')), nameTaken(), archived('m1')];
  const failures = writeGroup(db, origin, group, 'mark');
  expect([...failures]).toEqual([[1, { code: 'CONFLICT', message: 'the name alice is taken' }]]);
  expect(ids(db)).toEqual(['m1']);
  expect(db.all('SELECT * FROM vcards')).toEqual([]);
  expect(box(db)).toEqual({ seq: 2, hlc: 'mark' });
});

test('what is not a change that can be applied fails alone', () => {
  const { db, origin } = setUp();
  const broken = commitOf(change('vcard set', { account: 'a1', vcard: {} as string }));
  const unknown = commitOf({ kind: 'moon landed', data: {} } as unknown as ReturnType<typeof sample>);
  const failures = writeGroup(db, origin, [broken, unknown, archived('m1')], 'mark');
  expect([...failures.keys()]).toEqual([0, 1]);
  expect(ids(db)).toEqual(['m1']);
});

test('a full disk fails those that do not fit, and only them; with room again all is well', () => {
  const { db, origin } = setUp();
  const pages = Number(db.pragma('page_count'));
  db.pragma(`max_page_count = ${pages + 4}`);
  const failures = writeGroup(db, origin, [archived('m1'), archived('m2', 1_000_000), archived('m3')], 'mark 1');
  expect([...failures].map(([index, { code }]) => [index, code])).toEqual([[1, 'SQLITE_FULL']]);
  expect(ids(db)).toEqual(['m1', 'm3']);
  expect(box(db)).toEqual({ seq: 2, hlc: 'mark 1' });

  db.pragma(`max_page_count = ${pages + 1000}`);
  expect(writeGroup(db, origin, [archived('m2', 1_000_000)], 'mark 2').size).toBe(0);
  expect(ids(db)).toEqual(['m1', 'm2', 'm3']);
  expect(box(db)).toEqual({ seq: 3, hlc: 'mark 2' });
});

test('while another process holds the file all fail at once, and none is half done', () => {
  const { db, origin, path } = setUp();
  const other = new Sqlite(path, { readonly: false, busyMs: 0 });
  onTestFinished(() => other.close());
  other.run('BEGIN IMMEDIATE');
  const group = [archived('m1'), archived('m2')];
  expect([...writeGroup(db, origin, group, 'mark').values()].map(({ code }) => code)).toEqual([
    'SQLITE_BUSY',
    'SQLITE_BUSY',
  ]);
  other.run('ROLLBACK');
  expect([writeGroup(db, origin, group, 'mark').size, ids(db), box(db)]).toEqual([
    0,
    ['m1', 'm2'],
    { seq: 2, hlc: 'mark' },
  ]);
});

test('an invite has no more takers than uses, even in one group', () => {
  const { db, origin } = setUp();
  const use = (account: string): Commit => commitOf(change('invite used', { code: 'ABCD2345', account }));
  writeGroup(db, origin, [commitOf(sample('invite created'))], 'mark');
  const failures = writeGroup(db, origin, [use('x'), use('y'), use('z'), use('x')], 'mark');
  expect([...failures]).toEqual([[2, { code: 'CONFLICT', message: 'the invitation is used up' }]]);
  writeGroup(db, origin, [commitOf(sample('invite revoked'))], 'mark');
  expect(writeGroup(db, origin, [use('z')], 'mark').get(0)?.code).toBe('CONFLICT');
});
