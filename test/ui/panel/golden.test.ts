import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { png } from '../../../ui/panel/png.ts';
import { render } from '../../../ui/panel/render.ts';
import { type Language, words } from '../../../ui/panel/words.ts';
import { snapshots } from './snapshots.ts';

/** UPDATE_GOLDEN=1 writes the pictures anew (scripts/panel-pictures.mjs): look at each before committing it. */
const UPDATE = process.env.UPDATE_GOLDEN === '1';
const PICTURE = { scale: 2, margin: 4 };

/** In folders by language. The English ones of docs/panel.md are the same pictures, so that it never shows an old page. */
const goldens = (Object.keys(words) as Language[]).flatMap((language) =>
  Object.keys(snapshots).map((name) => ({
    language,
    name,
    file: new URL(`golden/${language}/${name}.png`, import.meta.url),
  })),
);
const documentation = new URL('../../../docs/', import.meta.url);
const documented = [
  ...new Set(readFileSync(new URL('panel.md', documentation), 'utf8').match(/images\/panel\/[\w-]+\.png/g)),
].map((path) => ({
  language: 'en' as const,
  name: path.replace(/^.*\/|\.png$/g, ''),
  file: new URL(path, documentation),
}));

function draw(name: string, language: Language): Uint8Array {
  const snapshot = snapshots[name];
  if (!snapshot) throw new Error(`no snapshot is called ${name}`);
  return render(snapshot, words[language]);
}

describe('each page has its picture', () => {
  test.each([...goldens, ...documented])('$language $name ($file.pathname)', ({ language, name, file }) => {
    const drawn = png(draw(name, language), PICTURE);
    if (UPDATE) {
      mkdirSync(new URL('.', file), { recursive: true });
      writeFileSync(file, drawn);
    }
    const [golden, now] = [decode(readFileSync(file)), decode(drawn)];
    expect([now.width, now.height]).toEqual([golden.width, golden.height]);
    const same = Buffer.from(now.data).equals(Buffer.from(golden.data));
    expect(same, `${name}.png differs; UPDATE_GOLDEN=1 rewrites it`).toBe(true);
  });

  test('in docs/panel.md', () => {
    const pages = new Set(documented.map(({ name }) => snapshots[name]?.page));
    expect(pages).toEqual(new Set(Object.values(snapshots).map(({ page }) => page)));
  });

  test('and no picture is left of a page that is gone', () => {
    const names = Object.keys(snapshots).map((name) => `${name}.png`);
    for (const language of Object.keys(words))
      expect(readdirSync(new URL(`golden/${language}`, import.meta.url)).sort()).toEqual(names.sort());
    const shown = documented.map(({ name }) => `${name}.png`);
    expect(readdirSync(new URL('images/panel', documentation)).sort()).toEqual(shown.sort());
  });
});
