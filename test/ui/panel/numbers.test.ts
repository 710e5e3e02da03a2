import { expect, test } from 'vitest';
import { compact, countdown, duration, size } from '../../../ui/panel/numbers.ts';
import { words } from '../../../ui/panel/words.ts';

test('counts take four letters at most and never say more than there is', () => {
  const counts = [0, 7, 999, 1_000, 1_299, 9_999, 10_000, 48_999, 999_999, 1_000_000, 3_190_000, 250_000_000];
  expect(counts.map(compact)).toEqual([
    '0',
    '7',
    '999',
    '1k',
    '1.2k',
    '9.9k',
    '10k',
    '48k',
    '999k',
    '1M',
    '3.1M',
    '250M',
  ]);
});

test('times up are told in as much detail as anyone wants', () => {
  const [minute, hour, day] = [60, 3_600, 86_400];
  const times = [0, 59, 12 * minute, 3 * hour + 5 * minute, 4 * day + 2 * hour, 211 * day + hour];
  expect(times.map((seconds) => duration(seconds, words.en))).toEqual([
    '0 min',
    '0 min',
    '12 min',
    '3 h 5 min',
    '4 d 2 h',
    '211 d',
  ]);
});

test('a countdown ends at zero and never goes below', () => {
  expect([300, 272, 60, 59.2, 9, 0.4, 0, -3].map(countdown)).toEqual([
    '5:00',
    '4:32',
    '1:00',
    '1:00',
    '0:09',
    '0:01',
    '0:00',
    '0:00',
  ]);
});

test('sizes take three digits at most and never promise room that is not there', () => {
  const sizes = [0, 999_999, 180_400_000, 999_999_999, 1_550_000_000, 9_990_000_000, 24_800_000_000, 2_000_000_000_000];
  expect(sizes.map(size)).toEqual(['0 MB', '0 MB', '180 MB', '999 MB', '1.5 GB', '9.9 GB', '24 GB', '2 TB']);
});
