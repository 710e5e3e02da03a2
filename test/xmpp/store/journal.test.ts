import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { change } from '../../../xmpp/store/changes.ts';
import { databasePath } from '../../../xmpp/store/files.ts';
import { Sqlite } from '../../../xmpp/store/sqlite.ts';
import { CommitError } from '../../../xmpp/store/store.ts';
import { open, temporaryFolder } from './fixtures.ts';
import { alice, bob, message, sample } from './samples.ts';

const takenName = change('account created', { account: { ...alice, id: 'a2' }, credentials: [] });
const archived = (id: string) => change('message archived', { ...message, id });

/** A second connection to the same file, as a backup or a curious owner has one. */
function neighbour(folder: string): Sqlite {
  const db = new Sqlite(databasePath(folder), { readonly: false, busyMs: 0 });
  onTestFinished(() => db.close());
  return db;
}

test('a commit is all or nothing: one name taken, and nothing of it is seen', async () => {
  const store = await open();
  await store.journal.commit(sample('account created'));
  const refused = store.journal.commit(sample('roster item set'), takenName, sample('vcard set'));
  await expect(refused).rejects.toThrow(CommitError);
  await expect(refused).rejects.toMatchObject({ code: 'CONFLICT' });
  expect([store.roster.items('a1'), store.extras.vcard('a1'), store.accounts.byId('a2')]).toEqual([
    [],
    undefined,
    undefined,
  ]);
});

test('commits settle in the order of their calls, failures among them, whatever turn they came in', async () => {
  const store = await open();
  await store.journal.commit(sample('account created'));
  const settled: string[] = [];
  const note = (name: string, commit: Promise<void>): Promise<unknown> =>
    commit.then(
      () => settled.push(name),
      () => settled.push(`${name} refused`),
    );
  const all = [note('1', store.journal.commit(archived('m1'))), note('2', store.journal.commit(takenName))];
  await turn();
  all.push(note('3', store.journal.commit()), note('4', store.journal.commit(archived('m4'))));
  await turn();
  all.push(note('5', store.journal.commit(takenName)), note('6', store.journal.commit(archived('m6'))));
  await Promise.all(all);
  expect(settled).toEqual(['1', '2 refused', '3', '4', '5 refused', '6']);
  expect(['m1', 'm4', 'm6'].every((id) => store.archive.has('a1', id))).toBe(true);
});

test('while the disk is slow the event loop turns, reads answer, and nothing is seen or acknowledged too early', async () => {
  const folder = temporaryFolder();
  const store = await open(folder);
  await store.journal.commit(sample('account created'));
  const slow = neighbour(folder);
  slow.run('BEGIN IMMEDIATE');
  let acknowledged = false;
  const commit = store.journal.commit(sample('roster item set')).then(() => {
    acknowledged = true;
  });
  for (let turns = 0; turns < 100; turns += 1) await turn();
  expect([acknowledged, store.roster.items('a1'), store.accounts.byId('a1')]).toEqual([false, [], alice]);
  slow.run('ROLLBACK');
  await commit;
  expect(store.roster.items('a1')).toEqual([bob]);
});

test('the numbers of a box have no gaps, over failures and a restart', async () => {
  const folder = temporaryFolder();
  const seq = (): unknown => neighbour(folder).get('SELECT seq FROM box');
  const before = await open(folder);
  await before.journal.commit(sample('account created'), archived('m1'));
  await before.journal.commit(archived('m2'), takenName).catch(() => {});
  await before.journal.commit(archived('m3'));
  expect(seq()).toEqual({ seq: 3 });
  await before.close();
  const after = await open(folder);
  await after.journal.commit(archived('m4'));
  expect(seq()).toEqual({ seq: 4 });
});

test('close writes what was given and takes nothing more', async () => {
  const folder = temporaryFolder();
  const store = await open(folder);
  const given = Promise.all(['m1', 'm2', 'm3'].map((id) => store.journal.commit(archived(id))));
  await store.close();
  await given;
  await expect(store.journal.commit(archived('m4'))).rejects.toMatchObject({ code: 'CLOSED' });
  await store.close();
  const again = await open(folder);
  expect(['m1', 'm2', 'm3', 'm4'].map((id) => again.archive.has('a1', id))).toEqual([true, true, true, false]);
});
