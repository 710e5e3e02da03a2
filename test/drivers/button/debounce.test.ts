import { beforeEach, describe, expect, test } from 'vitest';
import { Debounce } from '../../../drivers/button/debounce.ts';
import { ManualClock } from '../environment.ts';

let clock: ManualClock;
let presses: number[];
let downs: number;
let contact: Debounce;

beforeEach(() => {
  clock = new ManualClock();
  presses = [];
  downs = 0;
  contact = new Debounce(clock, 30, {
    down: () => {
      downs++;
    },
    up: (heldMs) => presses.push(heldMs),
  });
  contact.begin(false);
});

async function edges(...steps: [down: boolean, thenMs: number][]): Promise<void> {
  for (const [down, thenMs] of steps) {
    contact.edge(down);
    await clock.advance(thenMs);
  }
}

describe('a contact', () => {
  test('gives one press, with the time that it was held; the down is told at once', async () => {
    contact.edge(true);
    expect(downs).toBe(1);
    await clock.advance(120);
    await edges([false, 100]);
    expect(presses).toEqual([120]);
  });

  test('that bounces at both ends gives one press', async () => {
    await edges(
      [true, 1],
      [false, 1],
      [true, 1],
      [false, 1],
      [true, 200],
      [false, 1],
      [true, 1],
      [false, 1],
      [true, 1],
      [false, 100],
    );
    expect(presses).toEqual([204]);
    expect(downs).toBe(1);
  });

  test('that is worn and chatters on and on gives one press', async () => {
    await edges(
      ...Array.from({ length: 20 }, (_, i): [boolean, number] => [i % 2 === 0, 10]),
      [true, 100],
      [false, 100],
    );
    expect(presses).toEqual([300]);
  });

  test('that is only tapped gives a press, though it is open again before it has settled', async () => {
    await edges([true, 2], [false, 100]);
    expect(presses).toHaveLength(1);
  });

  test('tapped faster than it can be read gives a press: both edges read as open', async () => {
    await edges([false, 0], [false, 100]);
    expect(presses).toHaveLength(1);
  });

  test('gives each of two quick presses', async () => {
    await edges([true, 40], [false, 40], [true, 40], [false, 40]);
    expect(presses).toEqual([40, 40]);
  });

  test('held while the box starts gives nothing until it is pressed anew', async () => {
    contact.begin(true);
    await clock.advance(5_000);
    await edges([false, 100]);
    expect(presses).toEqual([]);
    await edges([true, 50], [false, 100]);
    expect(presses).toEqual([50]);
  });

  test('that is heard of no more is let go: every down has its up', async () => {
    await edges([true, 500]);
    contact.stop();
    expect(presses).toEqual([500]);
    expect(downs).toBe(1);
  });

  test('leaves no timer behind', () => {
    contact.edge(true);
    contact.stop();
    expect(clock.pending).toBe(0);
  });
});
