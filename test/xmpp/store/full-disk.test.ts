/** A disk that is full, for real: a small tmpfs. Needs the right to mount; without it the test says so and is skipped. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Log } from '../../../xmpp/log.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { CommitError } from '../../../xmpp/store/store.ts';
import { open, SetClock, silentLog, temporaryFolder } from './fixtures.ts';
import { message, sample } from './samples.ts';

function mountSmallDisk(): string | undefined {
  const folder = temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => {
    spawnSync('umount', [folder]);
  });
  return folder;
}

test('commits fail clearly on a full disk, lose nothing acknowledged, and succeed once there is room', async (context) => {
  const disk = mountSmallDisk();
  if (disk === undefined) return context.skip('mounting a tmpfs is not allowed here: the full disk was NOT tested');
  const said: string[] = [];
  const log: Log = { ...silentLog, error: (_, text) => said.push(text), info: (_, text) => said.push(text) };
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(1_500_000));
  const folder = join(disk, 'data');
  const store = await open(folder, new SetClock(), log);
  await store.journal.commit(sample('account created'));

  const acknowledged: string[] = [];
  const failed: CommitError[] = [];
  const send = (id: string): Promise<unknown> =>
    store.journal.commit(change('message archived', { ...message, id, stanza: 'x'.repeat(20_000) })).then(
      () => acknowledged.push(id),
      (error) => failed.push(error),
    );
  for (let round = 0; failed.length < 20; round += 1) {
    await Promise.all(
      Array.from({ length: 10 }, (_, place) => send(`m${String(round * 10 + place).padStart(4, '0')}`)),
    );
  }
  expect(failed.map(({ name }) => name)).toEqual(failed.map(() => 'CommitError'));
  expect([...new Set(failed.map(({ code }) => code))]).toEqual(['SQLITE_FULL']);
  const isKept = (id: string): boolean => store.archive.has('a1', id);
  expect(acknowledged.every(isKept)).toBe(true);
  expect(store.archive.page({ account: 'a1', limit: 0, fromEnd: false }).total).toBe(acknowledged.length);

  rmSync(ballast);
  const before = acknowledged.length;
  await send('n1');
  expect(acknowledged.length).toBe(before + 1);
  expect(said).toEqual(['store open', 'changes cannot be written', 'changes are written again']);
  await store.close();
  const again = await open(folder);
  expect(acknowledged.filter((id) => !again.archive.has('a1', id))).toEqual([]);
  await again.close();
});
