import { describe, expect, test } from 'vitest';
import { drawable, text, wrapped } from '../../../ui/panel/font.ts';
import { inset } from '../../../ui/panel/layout.ts';
import type { Trouble } from '../../../ui/panel/snapshot.ts';
import { type TroubleWords, words } from '../../../ui/panel/words.ts';

/** Every text of a language, its functions called with something likely. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return textsOf(value.length === 0 ? value() : value(likely));
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
const likely = Object.assign(Object('4:32'), { daysLeft: 6, freeBytes: 180_400_000, version: '0.2.0' });

const troubles: Trouble[] = [
  { kind: 'offline' },
  { kind: 'certificate', daysLeft: 14 },
  { kind: 'certificate', daysLeft: -3 },
  { kind: 'disk', freeBytes: 199_000_000 },
  { kind: 'no web page' },
  { kind: 'update', version: '10.12.13' },
];

describe.each(Object.entries(words))('the words of %s', (_language, all) => {
  test('have letters in the font', () => {
    const texts = textsOf(all);
    expect(texts.length).toBeGreaterThan(60);
    expect(texts.filter((line) => !drawable(line))).toEqual([]);
  });

  test.each(troubles)('for $kind fit on the glass whole', (trouble) => {
    const { status, reason, advice } = all.troubles[trouble.kind] as TroubleWords<Trouble>;
    expect(text(status, { scale: 2 }).width).toBeLessThanOrEqual(inset.width);
    expect(wrapped(reason(trouble), inset.width, 9).length).toBeLessThanOrEqual(2);
    expect(wrapped(advice(trouble), 108, 9).length).toBeLessThanOrEqual(5);
  });

  test('for a person who has to decide fit whole', () => {
    for (const { title, what } of Object.values(all.requests)) {
      expect(text(title).width).toBeLessThanOrEqual(120);
      expect(wrapped(what, inset.width, 9).length).toBeLessThanOrEqual(2);
    }
    expect(wrapped(all.waitForTheLight, inset.width, 9).length).toBeLessThanOrEqual(3);
  });
});
