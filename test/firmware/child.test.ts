import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { endChild, endOrphan, findProgram } from '../../firmware/child.ts';
import { TestClock } from '../xmpp/extensions/harness.ts';

const PATIENCE_MS = 3_000;

/** A shell that has come so far. */
async function shell(script: string) {
  const child = spawn('sh', ['-c', `${script}\necho ready\nwhile :; do sleep 0.05; done`]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('a child that ends when it is asked to has its time for it', async () => {
  const child = await shell("trap 'exit 7' TERM");
  const clock = new TestClock();
  await endChild(child, clock, PATIENCE_MS);
  expect(child.exitCode).toBe(7);
  clock.pass(PATIENCE_MS);
  await endChild(child, clock, PATIENCE_MS);
  await endChild(undefined, clock, PATIENCE_MS);
});

test('a child that does not end is ended', async () => {
  const child = await shell("trap 'echo deaf' TERM");
  const clock = new TestClock();
  const ended = endChild(child, clock, PATIENCE_MS);
  await once(child.stdout, 'data');
  clock.pass(PATIENCE_MS - 1);
  expect(child.signalCode).toBeNull();
  clock.pass(1);
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
});

test('a process that only has the number of an old one is left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-child-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'pid');
  writeFileSync(file, `${process.pid}\n`);
  endOrphan(file, join(folder, 'turnserver.conf'));
  endOrphan(join(folder, 'none'), 'x');
  expect(findProgram('pid', `/nowhere::${folder}`)).toBe(file);
  expect(findProgram('turnserver', '')).toBeUndefined();
});

test('one of another life of the box is ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-child-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const orphan = spawn('sleep', ['300.25']);
  onTestFinished(() => void orphan.kill());
  const gone = once(orphan, 'close');
  await once(orphan, 'spawn');
  const file = join(folder, 'pid');
  writeFileSync(file, `${orphan.pid}\n`);
  endOrphan(file, '300.25');
  expect(await gone).toEqual([null, 'SIGKILL']);
});
