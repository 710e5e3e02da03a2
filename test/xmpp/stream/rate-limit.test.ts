import { expect, it } from 'vitest';
import { RateLimit } from '../../../xmpp/stream/rate-limit.ts';
import { TestClock } from '../extensions/harness.ts';

function open(perSecond: number) {
  const clock = new TestClock();
  const log: string[] = [];
  const reading = {
    hold: (reason: string) => void log.push(`hold ${reason}`),
    release: (reason: string) => void log.push(`release ${reason}`),
  };
  const limit = new RateLimit({ reading, reason: 'rate', perSecond, clock });
  const count = (times: number) => {
    for (let left = times; left > 0; left -= 1) limit.count();
  };
  return { clock, log, limit, count };
}

it('lets ten seconds of the rate through at once, then holds reading until the rest is made up for', () => {
  const { clock, log, count } = open(2);
  count(20);
  expect(log).toEqual([]);
  count(1);
  expect(log).toEqual(['hold rate']);
  clock.pass(499);
  expect(log).toEqual(['hold rate']);
  clock.pass(1);
  expect(log).toEqual(['hold rate', 'release rate']);
});

it('holds for as long as all that came over the rate takes', () => {
  const { clock, log, count } = open(2);
  count(22);
  clock.pass(999);
  expect(log.filter((line) => line.startsWith('release'))).toEqual([]);
  clock.pass(1);
  expect(log.at(-1)).toBe('release rate');
});

it('is another from the moment that it changes', () => {
  const { log, limit, count } = open(1);
  count(10);
  limit.change(0);
  count(1000);
  expect(log).toEqual([]);
});

it('leaves no timer behind', () => {
  const { clock, log, limit, count } = open(1);
  count(11);
  limit.stop();
  clock.pass(60_000);
  expect(log).toEqual(['hold rate']);
});
