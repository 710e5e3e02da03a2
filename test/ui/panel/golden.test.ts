import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { png } from '../../../ui/panel/png.ts';
import { render } from '../../../ui/panel/render.ts';
import { snapshots } from './snapshots.ts';

/** UPDATE_GOLDEN=1 writes the pictures anew: look at each before committing it. */
const UPDATE = process.env.UPDATE_GOLDEN === '1';
const folder = new URL('golden/', import.meta.url);

describe('each page has its golden picture', () => {
  test.each(Object.entries(snapshots))('%s', (name, snapshot) => {
    const drawn = png(render(snapshot), { scale: 4, margin: 4 });
    const file = new URL(`${name}.png`, folder);
    if (UPDATE) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, drawn);
    }
    const golden = decode(readFileSync(file));
    const now = decode(drawn);
    expect([now.width, now.height]).toEqual([golden.width, golden.height]);
    expect(
      Buffer.from(now.data).equals(Buffer.from(golden.data)),
      `${name}.png differs; UPDATE_GOLDEN=1 rewrites it`,
    ).toBe(true);
  });

  test('and no picture is left of a page that is gone', () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(snapshots)
        .map((name) => `${name}.png`)
        .sort(),
    );
  });
});
