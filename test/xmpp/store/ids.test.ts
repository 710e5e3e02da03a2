import { expect, test } from 'vitest';
import { HybridClock } from '../../../xmpp/store/hlc.ts';
import { boxIdFrom, counterOfId, idBoundAt, idOf, idsPerMillisecond, timeOfId } from '../../../xmpp/store/ids.ts';
import { noonMs, open, SetClock, temporaryFolder } from './fixtures.ts';
import { sample } from './samples.ts';

const box = 'abcdefgh';

const isRising = (texts: string[]): boolean => texts.every((text, at) => at === 0 || text > (texts[at - 1] ?? ''));

test('an id holds its time, its counter and its box, and sorts by them in that order', () => {
  const id = idOf(noonMs, 77, box);
  expect(id).toMatch(/^[0-9a-v]{22}$/);
  expect(id.endsWith(box)).toBe(true);
  expect([timeOfId(id), counterOfId(id)]).toEqual([noonMs, 77]);
  expect(
    isRising([idOf(9, 9, box), idOf(10, 0, box), idOf(10, 1, box), idOf(10, 1, 'b0000000'), idOf(noonMs, 0, box)]),
  ).toBe(true);
  expect(isRising([idOf(9, idsPerMillisecond - 1, 'vvvvvvvv'), idBoundAt(10), idOf(10, 0, '00000000')])).toBe(true);
});

test('a box id is eight digits made of the randomness it is given', () => {
  expect(boxIdFrom(Buffer.from('0000000000', 'hex'))).toBe('00000000');
  expect(boxIdFrom(Buffer.from('ffffffffff', 'hex'))).toBe('vvvvvvvv');
  expect(boxIdFrom(Buffer.from('0000000021', 'hex'))).toBe('00000011');
});

test('the clock follows the wall clock and rises where that stands or goes back', () => {
  const wall = new SetClock();
  const clock = new HybridClock(wall, box, '');
  const readings = [clock.tick(), clock.tick()];
  wall.ms -= 3_600_000;
  readings.push(clock.tick(), clock.tick());
  wall.ms = noonMs + 5;
  readings.push(clock.tick());
  expect(isRising(readings)).toBe(true);
  expect(readings.map(timeOfId)).toEqual([noonMs, noonMs, noonMs, noonMs, noonMs + 5]);
});

test('a millisecond whose readings are used up lends from the next', () => {
  const clock = new HybridClock(new SetClock(), box, idOf(noonMs, idsPerMillisecond - 1, box));
  expect(clock.tick()).toBe(idOf(noonMs + 1, 0, box));
});

test('ids go on rising after a restart with the wall clock back in 1970, committed or not', async () => {
  const folder = temporaryFolder();
  const wall = new SetClock();
  const before = await open(folder, wall);
  const ids = [before.newId()];
  await before.journal.commit(sample('server set'));
  ids.push(before.newId(), before.newId());
  await before.close();
  wall.ms = 0;
  const after = await open(folder, wall);
  ids.push(after.newId(), after.newId());
  expect(isRising(ids)).toBe(true);
  expect(new Set(ids.map((id) => id.slice(-8)))).toEqual(new Set([after.boxId]));
});

test('a change made after the wall clock went back still overwrites the one before', async () => {
  const folder = temporaryFolder();
  const wall = new SetClock();
  const before = await open(folder, wall);
  await before.journal.commit(sample('account created'));
  await before.close();
  wall.ms = 0;
  const after = await open(folder, wall);
  await after.journal.commit(sample('role set'));
  expect(after.accounts.byId('a1')?.role).toBe('administrator');
});
