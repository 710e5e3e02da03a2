/** Pages of the archive, held to a plain model of what XEP-0313 and XEP-0059 ask for. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { applyChange } from '../../../xmpp/store/apply/apply.ts';
import type { ArchivedMessage, ArchivePage, ArchiveQuery } from '../../../xmpp/store/archive-model.ts';
import { change } from '../../../xmpp/store/changes.ts';
import { migrate } from '../../../xmpp/store/migrate.ts';
import { migrations } from '../../../xmpp/store/migrations/migrations.ts';
import { SqliteArchive } from '../../../xmpp/store/reads/archive.ts';
import { Sqlite } from '../../../xmpp/store/sqlite.ts';
import { noonMs, temporaryFolder } from './fixtures.ts';
import { alice } from './samples.ts';

/** Numbers that look random and are the same in each run (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const peers = ['bob@b.test', 'carol@c.test', 'room@muc.test'];
const resources = ['', '/phone', '/desk'];
const idAt = (place: number): string => `m${String(place).padStart(3, '0')}`;

function someMessages(roll: (sides: number) => number): ArchivedMessage[] {
  return Array.from({ length: 60 }, (_, place) => {
    const peer = peers[roll(3)] ?? '';
    return {
      account: roll(4) === 0 ? 'a2' : 'a1',
      id: idAt(place),
      peer,
      peerFull: `${peer}${resources[roll(3)]}`,
      direction: roll(2) === 0 ? 'in' : 'out',
      // The wall clock may stand or go back between two messages.
      atMs: noonMs + place * 10 - roll(25),
      stanza: `<message id='${place}'/>`,
    };
  });
}

function archiveOf(messages: ArchivedMessage[]): SqliteArchive {
  const db = new Sqlite(join(temporaryFolder(), 'archive.db'), { readonly: false, busyMs: 0 });
  onTestFinished(() => db.close());
  migrate(db, migrations);
  const stamped = { origin: 'b', seq: 1, hlc: 'h' };
  db.run('BEGIN');
  applyChange(db, { ...change('account created', { account: alice, credentials: [] }), ...stamped });
  for (const message of messages) applyChange(db, { ...change('message archived', message), ...stamped });
  db.run('COMMIT');
  return new SqliteArchive(db);
}

function expected(all: ArchivedMessage[], query: ArchiveQuery): ArchivePage {
  const matches = all.filter(
    (message) =>
      message.account === query.account &&
      (query.with === undefined ||
        (query.with.includes('/') ? message.peerFull === query.with : message.peer === query.with)) &&
      message.atMs >= (query.startMs ?? 0) &&
      message.atMs <= (query.endMs ?? Number.MAX_SAFE_INTEGER) &&
      (query.ids === undefined || query.ids.includes(message.id)),
  );
  const bounded = matches.filter(({ id }) => id > (query.afterId ?? '') && id < (query.beforeId ?? '~'));
  const messages = query.fromEnd
    ? bounded.slice(Math.max(0, bounded.length - query.limit))
    : bounded.slice(0, query.limit);
  const first = messages[0];
  return {
    messages,
    total: matches.length,
    index: first === undefined ? 0 : matches.indexOf(first),
    complete: bounded.length <= query.limit,
  };
}

test('a thousand queries of all shapes', () => {
  const roll = dice(7);
  const all = someMessages(roll);
  const archive = archiveOf(all);
  const maybe = <Part extends object>(part: Part): Part | object => (roll(3) === 0 ? part : {});
  for (let round = 0; round < 1000; round += 1) {
    const query: ArchiveQuery = {
      account: 'a1',
      limit: roll(12),
      fromEnd: roll(2) === 0,
      ...maybe({ with: `${peers[roll(3)]}${resources[roll(3)]}` }),
      ...maybe({ startMs: noonMs + roll(600) }),
      ...maybe({ endMs: noonMs + roll(600) }),
      ...maybe({ afterId: idAt(roll(60)) }),
      ...maybe({ beforeId: idAt(roll(60)) }),
      ...(roll(8) === 0 ? { ids: [idAt(roll(60)), idAt(roll(60)), 'unknown'] } : {}),
    };
    expect(archive.page(query), JSON.stringify(query)).toEqual(expected(all, query));
  }
});

test('bounds of time include their own millisecond, bounds of ids leave their own id out', () => {
  const at = (place: number): ArchivedMessage => ({
    account: 'a1',
    id: idAt(place),
    peer: 'bob@b.test',
    peerFull: 'bob@b.test',
    direction: 'out',
    atMs: noonMs + place,
    stanza: '<message/>',
  });
  const archive = archiveOf([at(1), at(2), at(3), at(4), at(5)]);
  const page = (bounds: Partial<ArchiveQuery>) =>
    archive.page({ account: 'a1', limit: 10, fromEnd: false, ...bounds }).messages.map(({ id }) => id);
  expect(page({ startMs: noonMs + 2, endMs: noonMs + 4 })).toEqual([idAt(2), idAt(3), idAt(4)]);
  expect(page({ afterId: idAt(2), beforeId: idAt(4) })).toEqual([idAt(3)]);
  expect(archive.ends('a1')).toEqual({ first: at(1), last: at(5) });
  expect(archive.ends('a2')).toBeUndefined();
  expect(archive.sentSince('s1', noonMs + 4)).toBe(2);
  expect(archive.sentSince('other', noonMs)).toBe(0);
});
