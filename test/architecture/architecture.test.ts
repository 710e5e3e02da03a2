/** The rules that keep the parts apart (ARCHITECTURE.md). Each failure names the file that breaks one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, type Source, sourcesOf } from './sources.ts';

const PARTS = ['xmpp', 'drivers', 'ui', 'firmware'] as const;
const sources = sourcesOf(...PARTS);
const partOf = (path: string) => path.split('/')[0] ?? '';

/** One entry a file and import that are not allowed. */
const offences = (isAllowed: (source: Source, imported: string) => boolean) =>
  sources.flatMap((source) =>
    source.imports
      .filter((imported) => !isAllowed(source, imported))
      .map((imported) => `${source.path} -> ${imported}`),
  );

/** Where each npm package may be imported; one place where that is possible. */
const HOMES: Record<string, RegExp> = {
  '@homebridge/ciao': /^firmware\/mdns\.ts$/,
  '@hono/node-server': /^firmware\/http\//,
  '@peculiar/x509': /^firmware\/certificate\.ts$|^xmpp\/federation\/certificate\/chain\.ts$/,
  '@xmpp/xml': /^xmpp\/xml\.ts$/,
  'better-sqlite3': /^xmpp\/store\/sqlite\.ts$/,
  commander: /^firmware\/cli\//,
  'fast-png': /^ui\/panel\/|^firmware\//,
  hono: /^firmware\/http\/|^ui\/web\/html\.ts$/,
  'i2c-bus': /^drivers\/i2c\/i2c-bus\.ts$/,
  'node-cron': /^firmware\/care\.ts$/,
  'oled-font-5x7': /^ui\/panel\/font\.ts$/,
  epoll: /^drivers\/button\/input-device\.ts$/,
  onoff: /^drivers\/button\/gpio-line\.ts$/,
  'reflect-metadata': /^firmware\/certificate\.ts$|^xmpp\/federation\/certificate\/chain\.ts$/,
  pino: /^firmware\/log\.ts$/,
  saxes: /^xmpp\/(stream\/(parser|element-of-tag)|portability\/reader)\.ts$/,
  'smol-toml': /^firmware\/config\.ts$/,
  uqr: /^ui\/(panel\/qr|web\/qr-svg)\.ts$/,
  valibot: /^firmware\/config(-schema|-values)?\.ts$/,
  ws: /^xmpp\/stream\/websocket\/message-socket\.ts$/,
};

describe('imports', () => {
  test('xmpp, drivers and ui know nothing of each other, and nothing of firmware', () => {
    const isAllowed = (source: Source, imported: string) =>
      partOf(source.path) === 'firmware' || partOf(imported) === partOf(source.path);
    expect(offences(isAllowed)).toEqual([]);
  });

  test('nothing of the product imports from its tests or scripts', () => {
    expect(offences((_, imported) => (PARTS as readonly string[]).includes(partOf(imported)))).toEqual([]);
  });

  test('extensions do not import each other: a folder is one extension, and they meet through hooks', () => {
    const extensionOf = (path: string) => /^xmpp\/extensions\/([^/]+?)(?:\.ts|\/)/.exec(path)?.[1];
    const isAllowed = (source: Source, imported: string) => {
      const [own, other] = [extensionOf(source.path), extensionOf(imported)];
      return own === undefined || other === undefined || own === other;
    };
    expect(offences(isAllowed)).toEqual([]);
  });

  test('only the list of extensions imports extensions', () => {
    const isExtension = (path: string) => path.startsWith('xmpp/extensions/');
    const isAllowed = ({ path }: Source, imported: string) =>
      !isExtension(imported) || isExtension(path) || path === 'xmpp/extensions.ts';
    expect(offences(isAllowed)).toEqual([]);
  });

  test('each npm package has its home', () => {
    const strays = sources.flatMap(({ path, packages }) =>
      packages
        .filter((name) => !name.startsWith('node:') && !HOMES[name]?.test(path))
        .map((name) => `${path} -> ${name}`),
    );
    expect(strays).toEqual([]);
  });

  test('each package that is installed is used, and the other way round', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, object>;
    const installed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const used = new Set(sources.flatMap(({ packages }) => packages.filter((name) => !name.startsWith('node:'))));
    expect([...used].sort()).toEqual(installed.sort());
  });
});

describe('files', () => {
  const MAX_LINES = 400;
  const all = [...sources, ...sourcesOf('test', 'types')];

  test(`have at most ${MAX_LINES} lines`, () => {
    const long = all.filter(({ text }) => text.split('\n').length > MAX_LINES + 1).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  test('do without any and without switching off the compiler', () => {
    const words = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/(?! @ts-).*|'[^'\n]*'/g, '');
    const isLoose = /(?::|<|\bas)\s*any\b|\/\/ @ts-(?:ignore|nocheck|expect-error)/;
    expect(all.filter(({ text }) => isLoose.test(words(text))).map(({ path }) => path)).toEqual([]);
  });
});
