/** What came before over a link that ended. */
import { expect, test } from 'vitest';
import { keyOf, Repeats } from '../../../xmpp/federation/repeats.ts';
import { xml } from '../../../xmpp/xml.ts';
import { TestClock } from '../extensions/harness.ts';

const stanza = (name: string, id?: string) => xml(name, { from: 'u@a.test/x', to: 'v@b.test', id });

test('is known once, for two minutes', () => {
  const clock = new TestClock();
  const repeats = new Repeats(clock);
  repeats.expect(['one', 'two']);
  expect([repeats.has('one'), repeats.has('one'), repeats.has('three')]).toEqual([true, false, false]);
  clock.pass(120_000);
  expect(repeats.has('two')).toBe(false);
});

test('is bounded', () => {
  const repeats = new Repeats(new TestClock());
  repeats.expect(Array.from({ length: 6_000 }, (_, i) => String(i)));
  expect([repeats.has('0'), repeats.has('5999')]).toEqual([false, true]);
});

test('is told by its addresses and its id; IQs, and what has none, are never taken for the same', () => {
  expect(keyOf(stanza('message', '1'))).toBe(keyOf(stanza('message', '1')));
  expect(keyOf(stanza('message', '1'))).not.toBe(keyOf(stanza('presence', '1')));
  expect([keyOf(stanza('message')), keyOf(stanza('iq', '1'))]).toEqual([undefined, undefined]);
});
