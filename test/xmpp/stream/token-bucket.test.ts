import { expect, it } from 'vitest';
import type { Clock } from '../../../xmpp/clock.ts';
import { TokenBucket } from '../../../xmpp/stream/token-bucket.ts';

function clockAt(start: number): Clock & { ms: number } {
  return {
    ms: start,
    nowMs() {
      return this.ms;
    },
    after: () => ({ cancel: () => {} }),
  };
}

it('lets a burst through, then holds back as long as the debt lasts', () => {
  const clock = clockAt(0);
  const bucket = new TokenBucket(clock, 10, 3);
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 0]);
  expect(bucket.take()).toBe(100);
  expect(bucket.take()).toBe(200);
  clock.ms = 300;
  expect(bucket.take()).toBe(0);
});

it('saves up no more than a burst, and survives a clock that is set back', () => {
  const clock = clockAt(1_000_000);
  const bucket = new TokenBucket(clock, 1, 2);
  clock.ms = 0;
  expect([bucket.take(), bucket.take()]).toEqual([0, 0]);
  clock.ms = 3_600_000;
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 1000]);
});

it('is off at a rate of 0', () => {
  const bucket = new TokenBucket(clockAt(0), 0, 0);
  expect(Array.from({ length: 1000 }, () => bucket.take()).every((waitMs) => waitMs === 0)).toBe(true);
});
