import { beforeEach, describe, expect, test } from 'vitest';
import { type Gesture, Gestures } from '../../../drivers/button/gestures.ts';
import { simulatedButtons } from '../../../drivers/button/simulated.ts';
import { ManualClock } from '../environment.ts';

let clock: ManualClock;
let told: Gesture[];
let gestures: Gestures;

beforeEach(() => {
  clock = new ManualClock();
  told = [];
  gestures = new Gestures(clock, (gesture) => told.push(gesture));
});

describe('one button', () => {
  test('let go before 0.8 s is a press', async () => {
    gestures.down('pair');
    await clock.advance(799);
    expect(told).toEqual([]);
    gestures.up('pair', 799);
    expect(told).toEqual([{ kind: 'press', button: 'pair' }]);
    expect(clock.pending).toBe(0);
  });

  test('held for 0.8 s is a long press, told while it is still down', async () => {
    gestures.down('pair');
    await clock.advance(800);
    expect(told).toEqual([{ kind: 'long press', button: 'pair' }]);
    gestures.up('pair', 800);
    expect(told.slice(1)).toEqual([{ kind: 'hold ended', buttons: ['pair'], heldMs: 800 }]);
  });

  test('held on is told each second, until it is let go', async () => {
    gestures.down('power');
    await clock.advance(3_100);
    gestures.up('power', 3_100);
    await clock.advance(5_000);
    expect(told).toEqual([
      { kind: 'long press', button: 'power' },
      ...[1000, 2000, 3000].map((heldMs) => ({ kind: 'hold', buttons: ['power'], heldMs })),
      { kind: 'hold ended', buttons: ['power'], heldMs: 3_100 },
    ]);
  });

  test('pressed by a program means what its time says', () => {
    const buttons = simulatedButtons();
    buttons.onDown((button) => gestures.down(button));
    buttons.onUp((button, heldMs) => gestures.up(button, heldMs));
    buttons.press('page', 0);
    buttons.press('power', 3_000);
    expect(told).toEqual([
      { kind: 'press', button: 'page' },
      { kind: 'long press', button: 'power' },
      { kind: 'hold', buttons: ['power'], heldMs: 3_000 },
      { kind: 'hold ended', buttons: ['power'], heldMs: 3_000 },
    ]);
  });

  test('that comes up without having gone down means nothing', () => {
    gestures.up('pair', 100);
    expect(told).toEqual([]);
  });
});

describe('two together', () => {
  test('mean their common hold only, from when both are down', async () => {
    gestures.down('page');
    await clock.advance(300);
    gestures.down('pair');
    await clock.advance(10_000);
    expect(told).toEqual(
      Array.from({ length: 10 }, (_, i) => ({ kind: 'hold', buttons: ['pair', 'page'], heldMs: (i + 1) * 1000 })),
    );
    told = [];
    gestures.up('pair', 10_000);
    expect(told).toEqual([{ kind: 'hold ended', buttons: ['pair', 'page'], heldMs: 10_000 }]);
  });

  test('give no press, whichever is let go first; the other means nothing until all are up', async () => {
    gestures.down('pair');
    gestures.down('page');
    await clock.advance(200);
    gestures.up('pair', 200);
    gestures.down('power');
    await clock.advance(5_000);
    gestures.up('page', 5_200);
    gestures.up('power', 5_000);
    expect(told).toEqual([]);
    gestures.down('pair');
    gestures.up('pair', 50);
    expect(told).toEqual([{ kind: 'press', button: 'pair' }]);
  });

  test('end the hold of one, and a third ends that of two', async () => {
    gestures.down('pair');
    await clock.advance(1_000);
    gestures.down('page');
    await clock.advance(1_000);
    gestures.down('power');
    expect(told.filter(({ kind }) => kind === 'hold ended')).toEqual([
      { kind: 'hold ended', buttons: ['pair'], heldMs: 1_000 },
      { kind: 'hold ended', buttons: ['pair', 'page'], heldMs: 1_000 },
    ]);
  });
});

test('stop ends what is held and leaves no timer', async () => {
  gestures.down('pair');
  await clock.advance(1_500);
  gestures.stop();
  expect(told.at(-1)).toEqual({ kind: 'hold ended', buttons: ['pair'], heldMs: 1_500 });
  expect(clock.pending).toBe(0);
});
