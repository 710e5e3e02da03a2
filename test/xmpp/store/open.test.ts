import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { systemRandom } from '../../../xmpp/clock.ts';
import { databasePath, openForWriting } from '../../../xmpp/store/files.ts';
import { openStore } from '../../../xmpp/store/open.ts';
import { StoreOpenError } from '../../../xmpp/store/open-error.ts';
import { Sqlite } from '../../../xmpp/store/sqlite.ts';
import { open, SetClock, silentLog, temporaryFolder } from './fixtures.ts';

const tryOpen = (folder: string) => openStore({ folder, clock: new SetClock(), random: systemRandom, log: silentLog });

/** A process of its own that commits for ever and prints each id once it is acknowledged. */
function startCommitter(folder: string) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./committer.mjs', import.meta.url)), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  const enough = new Promise<void>((resolve) => {
    lines.on('line', (id) => {
      acknowledged.push(id);
      if (acknowledged.length === 200) resolve();
    });
  });
  return { child, acknowledged, enough, ended: Promise.all([once(child, 'exit'), once(lines, 'close')]) };
}

test('the folder and its files are the owner’s alone', async () => {
  const folder = join(temporaryFolder(), 'data');
  await open(folder);
  const mode = (path: string): number => statSync(path).mode & 0o777;
  expect(mode(folder)).toBe(0o700);
  const files = ['casp3r.db', 'casp3r.db-wal', 'casp3r.db-shm', 'casp3r.lock'];
  expect(files.map((name) => mode(join(folder, name)))).toEqual([0o600, 0o600, 0o600, 0o600]);
});

test('the writer syncs at each commit: WAL with synchronous=FULL', () => {
  const db = openForWriting(temporaryFolder());
  onTestFinished(() => db.close());
  expect([db.pragma('journal_mode'), db.pragma('synchronous')]).toEqual(['wal', 2]);
});

test('a box keeps its id', async () => {
  const folder = temporaryFolder();
  const first = await open(folder);
  expect(first.boxId).toMatch(/^[0-9a-v]{8}$/);
  await first.close();
  expect((await open(folder)).boxId).toBe(first.boxId);
  expect((await open()).boxId).not.toBe(first.boxId);
});

test('closing folds the WAL into the one file', async () => {
  const folder = temporaryFolder();
  const store = await open(folder);
  await store.close();
  expect(statSync(`${databasePath(folder)}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
});

test('a store that is open is refused, here and from another process', async () => {
  const folder = temporaryFolder();
  const store = await open(folder);
  await expect(tryOpen(folder)).rejects.toMatchObject({ name: 'StoreOpenError', code: 'IN_USE' });
  await store.close();
  const { child, enough, ended } = startCommitter(folder);
  await enough;
  await expect(tryOpen(folder)).rejects.toThrow(/^the data folder .* is in use by another running CASP3R$/);
  child.kill('SIGKILL');
  await ended;
});

test('after kill -9 the store opens, has all that was acknowledged, and its ids go on rising', async () => {
  const folder = temporaryFolder();
  const { child, acknowledged, enough, ended } = startCommitter(folder);
  await enough;
  child.kill('SIGKILL');
  await ended;
  const clock = new SetClock();
  clock.ms = 0;
  const store = await open(folder, clock);
  expect(acknowledged.filter((id) => !store.archive.has('a1', id))).toEqual([]);
  expect(store.newId() > (acknowledged.at(-1) ?? '')).toBe(true);
});

test('a database of a newer program is refused and left alone', async () => {
  const folder = temporaryFolder();
  await (await open(folder)).close();
  const db = new Sqlite(databasePath(folder), { readonly: false, busyMs: 0 });
  db.pragma('user_version = 999');
  db.close();
  await expect(tryOpen(folder)).rejects.toMatchObject({ code: 'NEWER' });
  await expect(tryOpen(folder)).rejects.toThrow(/version 999, made by a newer CASP3R/);
});

test('a file that is no database is refused with SQLite’s word for it', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    databasePath(folder),
    'not a database, but long enough to have a header of sixteen bytes and more'.repeat(20),
  );
  await expect(tryOpen(folder)).rejects.toThrow(StoreOpenError);
  await expect(tryOpen(folder)).rejects.toMatchObject({ code: 'SQLITE_NOTADB' });
});
