/** A member moves from one box to another, as their owners do it. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { Wire } from '../kit/wire.ts';

const start = async () => {
  const box = await Box.start();
  onTestFinished(() => box.dispose());
  return box;
};

test('a member is exported, imported into a fresh box, and logs in with the same password', {
  timeout: 120_000,
}, async () => {
  const [old, fresh] = [await start(), await start()];
  await old.addAccount('owner');
  await fresh.addAccount('owner');
  const alice = await old.addAccount('alice', 'pencil and ☂ paper');
  const file = join(old.folder, 'alice.xml');
  expect((await old.cli(['user', 'export', alice.jid, '--output', file])).code).toBe(0);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await old.cli(['user', 'export', alice.jid, '--output', file])).toMatchObject({ code: 1 });
  expect(await fresh.ask(['user', 'import', file])).toMatchObject({
    accounts: [{ address: alice.jid, created: true, needsPassword: false, left: [] }],
    stray: [],
  });
  const again = await fresh.cli(['user', 'import', file]);
  expect(again.stdout).toContain('left: all of it: the account is there already');
  for (const mechanism of ['SCRAM-SHA-256', 'PLAIN'] as const) {
    const wire = await Wire.login({ ...fresh.reach('plain'), ...alice, mechanism, resource: 'home' });
    expect(wire.jid).toBe(`${alice.jid}/home`);
    await wire.close();
  }
});

test('a file that is none is refused with a line that says so', { timeout: 60_000 }, async () => {
  const box = await start();
  const { code, stderr } = await box.cli(['user', 'import', box.configFile]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot be taken in/);
});
