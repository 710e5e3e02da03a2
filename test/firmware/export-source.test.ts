/** What an export may include: what stands beside it, and nothing else of the machine. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportSource } from '../../firmware/cli/export-source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casp3r-export-'));
  for (const name of ['export', 'export/example', 'other']) mkdirSync(join(folder, name));
  for (const name of ['export/main.xml', 'export/example/alice.xml', 'export/b c.xml', 'other/bob.xml'])
    writeFileSync(join(folder, name), name);
  symlinkSync(join(folder, 'other/bob.xml'), join(folder, 'export/link.xml'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const textOf = async ({ bytes }: ReturnType<typeof exportSource>) => {
  let text = '';
  for await (const piece of bytes) text += Buffer.from(piece).toString();
  return text;
};

test('files beside it and below, also from one of those', async () => {
  const main = exportSource(join(folder, 'export/main.xml'));
  expect(await textOf(main)).toBe('export/main.xml');
  const alice = main.include('example/alice.xml');
  expect(await textOf(alice)).toBe('export/example/alice.xml');
  expect(await textOf(alice.include('../b%20c.xml'))).toBe('export/b c.xml');
});

test.each([
  '../other/bob.xml',
  'example/../../other/bob.xml',
  '..%2Fother%2Fbob.xml',
  'link.xml',
  '..',
  '/etc/passwd',
  'file:///etc/passwd',
])('%s is not', async (href) => {
  const main = exportSource(join(folder, 'export/main.xml'));
  await textOf(main);
  expect(() => main.include(href)).toThrow(`${href} is not beside it`);
});

test('what is not there is said', async () => {
  const main = exportSource(join(folder, 'export/main.xml'));
  await textOf(main);
  expect(() => main.include('gone.xml')).toThrow('ENOENT');
});
