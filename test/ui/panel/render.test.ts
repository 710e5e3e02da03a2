import { expect, test } from 'vitest';
import { pixel } from '../../../ui/panel/canvas.ts';
import { render } from '../../../ui/panel/render.ts';
import { nameOf } from '../../../ui/panel/snapshot.ts';
import { words as everyLanguage } from '../../../ui/panel/words.ts';
import { home, snapshots } from './snapshots.ts';

test('equal snapshots give equal pictures, and a snapshot is not changed', () => {
  for (const snapshot of Object.values(snapshots)) {
    const before = structuredClone(snapshot);
    expect(render(snapshot)).toEqual(render(structuredClone(snapshot)));
    expect(snapshot).toEqual(before);
  }
});

test('only the countdown differs from one second to the next', () => {
  const pairing = snapshots.pairing?.pairing;
  if (!pairing) throw new Error('no pairing snapshot');
  const [now, next] = [272, 271].map((secondsLeft) =>
    render({ ...home, page: 'pairing', pairing: { ...pairing, secondsLeft } }),
  );
  if (!now || !next) throw new Error('not drawn');
  for (let y = 0; y < 56; y++) for (let x = 0; x < 128; x++) expect(pixel(now, x, y)).toBe(pixel(next, x, y));
  expect(now).not.toEqual(next);
});

test('a picture that is shifted by one loses nothing: its edges are dark, or part of a bar or of a code that stands still', () => {
  for (const [name, snapshot] of Object.entries(snapshots)) {
    if (snapshot.pairing && snapshot.page.startsWith('pairing')) continue;
    for (const words of Object.values(everyLanguage)) {
      const frame = render(snapshot, words);
      for (let y = 12; y < 64; y++) expect([pixel(frame, 0, y), pixel(frame, 127, y)], name).toEqual([false, false]);
    }
  }
});

test('a page whose facts are missing is dark, not an exception', () => {
  for (const page of ['pairing', 'paired', 'trouble'] as const) expect(() => render({ ...home, page })).not.toThrow();
});

test('without an address, or with one too long for a QR code, the pairing page asks to type the code', () => {
  const { url: _, ...pairing } = snapshots.pairing?.pairing ?? { code: '', typeAt: [], secondsLeft: 0 };
  const without = render({ ...home, page: 'pairing', pairing });
  expect(without).toEqual(render({ ...home, page: 'pairing', pairing: { ...pairing, url: 'X'.repeat(78) } }));
  expect(pixel(without, 0, 0)).toBe(false);
});

test('a server whose name the font cannot draw goes by its domain', () => {
  expect(nameOf(home)).toBe('The Millers');
  expect(nameOf({ ...home, name: 'Мельница' })).toBe('casp3r.local');
  expect(nameOf({ ...home, name: '' })).toBe('casp3r.local');
});
