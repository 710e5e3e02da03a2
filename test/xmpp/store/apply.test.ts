/** What makes changes fit to be replicated: twice is once, the later clock wins, and removals are not undone by latecomers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { applyChange } from '../../../xmpp/store/apply/apply.ts';
import type { Change, ChangeKind, StampedChange } from '../../../xmpp/store/changes.ts';
import { change } from '../../../xmpp/store/changes.ts';
import { idOf } from '../../../xmpp/store/ids.ts';
import { Sqlite } from '../../../xmpp/store/sqlite.ts';
import { noonMs, temporaryFolder } from './fixtures.ts';
import { emptyDatabase } from './quick-store.ts';
import { alice, bob, client, hat, invite, item, kinds, message, owner, sample, samples, subject } from './samples.ts';

function newDatabase(): Sqlite {
  const path = join(temporaryFolder(), 'apply.db');
  writeFileSync(path, emptyDatabase());
  const db = new Sqlite(path, { readonly: false, busyMs: 0 });
  onTestFinished(() => db.close());
  // What is on the disk when is asked elsewhere (group.test.ts, journal.test.ts).
  db.pragma('synchronous = OFF');
  return db;
}

const hlcAt = (tick: number): string => idOf(noonMs + tick, 0, 'boxboxbo');

function apply(db: Sqlite, tick: number, made: Change): void {
  applyChange(db, { ...made, origin: 'boxboxbo', seq: tick, hlc: hlcAt(tick) } satisfies StampedChange);
}

/** All rows of all tables; what tells the order of application aside: `position`, and how FTS5 keeps its words. */
function contents(db: Sqlite): unknown {
  const tables = db.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_words%' ORDER BY name",
  );
  return tables.map(({ name }) => [
    name,
    db
      .all<Record<string, unknown>>(`SELECT * FROM ${name}`)
      .map(({ position, ...row }) => JSON.stringify(row))
      .sort(),
  ]);
}

test.each(kinds)('%s: applied twice is the same as once', (kind) => {
  const db = newDatabase();
  const last = kinds.indexOf(kind);
  kinds.slice(0, last).forEach((earlier, tick) => {
    apply(db, tick, sample(earlier));
  });
  const before = contents(db);
  apply(db, last, sample(kind));
  const once = contents(db);
  expect(once).not.toEqual(before);
  apply(db, last, sample(kind));
  expect(contents(db)).toEqual(once);
});

/** Pairs that write the same row. In whatever order they arrive, the result is as if they came in the order they were made. */
const pairs: [string, Change, Change][] = [
  [
    'server',
    sample('server set'),
    change('server set', { ...alice, id: 's1', domain: 'new', fallbacks: [], mode: 'open', registration: 'open' }),
  ],
  ['server and its removal', sample('server set'), sample('server removed')],
  ['an act at a removed server', sample('act recorded'), sample('server removed')],
  ['secret', sample('secret set'), change('secret set', { server: 's1', name: 'decoys', value: 'bmV3ZXI=' })],
  ['role', sample('role set'), change('role set', { account: 'a1', role: 'limited' })],
  ['role and creation', sample('account created'), sample('role set')],
  ['status', sample('account status set'), change('account status set', { account: 'a1', status: 'active' })],
  ['credentials', sample('credentials set'), change('credentials set', { account: 'a1', credentials: [] })],
  ['credentials and one added before', sample('credential added'), sample('credentials set')],
  ['credentials and one added after', sample('credentials set'), sample('credential added')],
  ['client', sample('client set'), change('client set', { ...client, lastMs: 5, tokens: [] })],
  ['client and its removal', sample('client set'), sample('client removed')],
  ['client and its return', sample('client removed'), sample('client set')],
  ['client and a new password', sample('client set'), sample('credentials set')],
  ['client with a new password', sample('credentials set'), sample('client set')],
  ['client and a new status', sample('client set'), sample('account status set')],
  ['creation and removal', sample('account created'), sample('account removed')],
  ['roster and removal of the account', sample('roster item set'), sample('account removed')],
  ['last seen', sample('last seen set'), change('last seen set', { account: 'a1', atMs: 1, status: '' })],
  ['roster item', sample('roster item set'), change('roster item set', { account: 'a1', item: { ...bob, name: 'B' } })],
  ['roster removal', sample('roster item set'), sample('roster item removed')],
  ['roster return', sample('roster item removed'), sample('roster item set')],
  ['request', sample('subscription request kept'), sample('subscription request cleared')],
  ['message and what is too old', sample('message archived'), sample('archive pruned')],
  [
    'archive preferences',
    sample('archive preferences set'),
    change('archive preferences set', { account: 'a1', preferences: { default: 'never', always: [], never: [] } }),
  ],
  ['search on and off', sample('archive search set'), change('archive search set', { account: 'a1', on: false })],
  ['search off and on', change('archive search set', { account: 'a1', on: false }), sample('archive search set')],
  ['words and search off', sample('archive words added'), change('archive search set', { account: 'a1', on: false })],
  ['words and search on', sample('archive words added'), sample('archive search set')],
  ['search on and words', sample('archive search set'), sample('archive words added')],
  ['search off and words', change('archive search set', { account: 'a1', on: false }), sample('archive words added')],
  [
    'words of a message and of its tombstone',
    sample('archive words added'),
    change('archived message replaced', { ...message, id: 'm0' }),
  ],
  [
    'a message that is found and search off',
    change('message archived', { ...message, text: 'hi' }),
    change('archive search set', { account: 'a1', on: false }),
  ],
  ['message and its tombstone', sample('message archived'), sample('archived message replaced')],
  [
    'two tombstones',
    sample('archived message replaced'),
    change('archived message replaced', { ...message, stanza: '<message/>' }),
  ],
  ['room configuration', sample('room configured'), change('room configured', { room: 'r1', config: {} })],
  ['room and its end', sample('room created'), sample('room removed')],
  ['room configuration and end', sample('room configured'), sample('room removed')],
  [
    'room affiliation',
    sample('room affiliation set'),
    change('room affiliation set', { room: 'r1', ...owner, affiliation: 'none' }),
  ],
  ['room subject', sample('room subject set'), change('room subject set', { room: 'r1', ...subject, atMs: 1 })],
  ['hat', sample('room hat set'), change('room hat set', { room: 'r1', ...hat, title: 'Chef' })],
  ['hat and removal', sample('room hat set'), sample('room hat removed')],
  ['hat return', sample('room hat removed'), sample('room hat set')],
  ['hat worn and removed', sample('room hat worn'), sample('room hat removed')],
  ['hat worn after its return', sample('room hat removed'), sample('room hat worn')],
  [
    'hat worn and taken',
    sample('room hat worn'),
    change('room hat worn', { room: 'r1', uri: hat.uri, jid: 'alice@casp3r.local', worn: false }),
  ],
  ['offline', sample('offline message kept'), sample('offline messages cleared')],
  ['push', sample('push enabled'), sample('push disabled')],
  ['push again', sample('push disabled'), sample('push enabled')],
  ['block', sample('blocked set'), sample('blocked removed')],
  ['block again', sample('blocked removed'), sample('blocked set')],
  ['all unblocked', sample('blocked set'), change('blocked removed', { account: 'a1' })],
  ['blocked after all', change('blocked removed', { account: 'a1' }), sample('blocked set')],
  ['vcard', sample('vcard set'), change('vcard set', { account: 'a1', vcard: '' })],
  [
    'private data',
    sample('private data set'),
    change('private data set', { account: 'a1', name: 'storage', namespace: 'storage:bookmarks', data: '' }),
  ],
  ['invite used', sample('invite created'), sample('invite used')],
  ['invite revoked', sample('invite created'), sample('invite revoked')],
  ['node', sample('node set'), change('node set', { owner: 'a1', node: item.node, config: {} })],
  ['node removal', sample('node set'), sample('node removed')],
  ['node return', sample('node removed'), sample('node set')],
  ['node made and purged', sample('node set'), sample('node purged')],
  ['item', sample('item published'), change('item published', { ...item, payload: '', keep: 10 })],
  ['item retracted', sample('item published'), sample('item retracted')],
  ['item published again', sample('item retracted'), sample('item published')],
  ['item and purge', sample('item published'), sample('node purged')],
  ['item and removal', sample('item published'), sample('node removed')],
  ['upload stored', sample('upload slot made'), sample('upload stored')],
  ['upload slot and removal', sample('upload slot made'), sample('upload removed')],
  ['upload and removal', sample('upload stored'), sample('upload removed')],
  [
    'affiliation',
    sample('node affiliation set'),
    change('node affiliation set', { ...samples['node affiliation set'], affiliation: 'none' }),
  ],
  ['affiliation and removal', sample('node affiliation set'), sample('node removed')],
  [
    'subscription',
    sample('node subscription set'),
    change('node subscription set', { ...samples['node subscription set'], state: 'none' }),
  ],
  ['subscription and removal', sample('node subscription set'), sample('node removed')],
  [
    'items above keep',
    change('item published', { ...item, id: 'x', keep: 1 }),
    change('item published', { ...item, id: 'y', keep: 1 }),
  ],
];

test.each(pairs)('%s: an older change that arrives later is as if it had come in time', (_, older, newer) => {
  const inOrder = newDatabase();
  apply(inOrder, 1, older);
  apply(inOrder, 2, newer);
  const reversed = newDatabase();
  apply(reversed, 2, newer);
  apply(reversed, 1, older);
  expect(contents(reversed)).toEqual(contents(inOrder));
});

describe('tombstones of single messages and items', () => {
  const monthMs = 31 * 24 * 60 * 60 * 1000;
  const rows = (db: Sqlite, table: string) => db.all(`SELECT * FROM ${table}`).length;

  test('go after a month', () => {
    const db = newDatabase();
    const offlineId = idOf(noonMs, 0, 'boxboxbo');
    apply(db, 1, change('offline messages cleared', { account: 'a1', ids: [offlineId] }));
    apply(db, 2, sample('item retracted'));
    expect([rows(db, 'offline_messages'), rows(db, 'node_items')]).toEqual([1, 1]);
    apply(db, monthMs, change('offline messages cleared', { account: 'a1', ids: [] }));
    apply(db, monthMs + 1, change('item retracted', { owner: 'a1', node: item.node, id: 'other' }));
    expect([rows(db, 'offline_messages'), rows(db, 'node_items')]).toEqual([0, 1]);
  });
});

test('an account takes every row of its own with it', () => {
  const db = newDatabase();
  const gone: ChangeKind = 'account removed';
  const keeping = kinds.filter(
    (kind) => kind !== gone && !/ (removed|retracted|purged|expired|cleared|revoked)$/.test(kind),
  );
  keeping.forEach((kind, tick) => {
    apply(db, tick, sample(kind));
  });
  expect(JSON.stringify(contents(db)).split('a1').length).toBeGreaterThan(15);
  apply(db, 100, sample(gone));
  const left = (contents(db) as [string, string[]][]).filter(([, rows]) => rows.some((row) => row.includes('"a1"')));
  expect(left.map(([table]) => table)).toEqual(['invite_uses', 'invites', 'removed_accounts']);
  expect(JSON.stringify(left)).toContain(invite.code);
});
