import { describe, expect, it } from 'vitest';
import { OneTimeLinks } from '../../../firmware/http/one-time-links.ts';
import { systemRandom } from '../../../xmpp/clock.ts';
import { TestClock } from '../../xmpp/extensions/harness.ts';

function open() {
  const clock = new TestClock();
  const links = new OneTimeLinks<string>(clock, systemRandom, (token) => `https://home.test/once/${token}`);
  const offer = (value: string) => links.offer(value)?.url.split('/').at(-1) ?? '';
  return { clock, links, offer };
}

describe('a link that works once', () => {
  it('is found as often as one likes, and taken once', () => {
    const { links, offer } = open();
    const token = offer('alice.xml');
    expect(links.find(token)).toBe('alice.xml');
    expect(links.take(token)).toBe('alice.xml');
    expect(links.find(token)).toBeUndefined();
    expect(links.take(token)).toBeUndefined();
  });

  it('ends when it says it does', () => {
    const { clock, links, offer } = open();
    const untilMs = links.offer('first')?.untilMs ?? 0;
    const token = offer('second');
    clock.pass(untilMs - clock.nowMs() - 1);
    expect(links.find(token)).toBe('second');
    clock.pass(1);
    expect(links.find(token)).toBeUndefined();
    expect(links.take(token)).toBeUndefined();
  });

  it('is one of fifty: the oldest gives way', () => {
    const { links, offer } = open();
    const [oldest = '', second = '', ...rest] = Array.from({ length: 51 }, (_, index) => offer(`file ${index}`));
    expect(links.find(oldest)).toBeUndefined();
    expect(links.find(second)).toBe('file 1');
    expect(links.find(rest.at(-1) ?? '')).toBe('file 50');
  });

  it('cannot be guessed: each has 192 bits of its own', () => {
    const { offer } = open();
    expect(offer('one')).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(offer('one')).not.toBe(offer('one'));
  });

  it('is none where no address could be given for it', () => {
    const links = new OneTimeLinks<string>(new TestClock(), systemRandom, () => undefined);
    expect(links.offer('nobody sees it')).toBeUndefined();
  });
});
