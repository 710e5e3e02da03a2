/** Ranges of addresses: both families, IPv4 that is written as IPv6, and the whole of one family without the other. */
import { expect, test } from 'vitest';
import { readRange } from '../../../../xmpp/access/rules/range.ts';

test.each<[string, string, string, boolean]>([
  ['192.0.2.0/24', '192.0.2.0/24', '192.0.2.77', true],
  ['192.0.2.0/24', '192.0.2.0/24', '::ffff:192.0.2.77', true],
  ['192.0.2.0/24', '192.0.2.0/24', '::ffff:c000:24d', true],
  ['192.0.2.0/24', '192.0.2.0/24', '192.0.3.1', false],
  ['192.0.2.7', '192.0.2.7/32', '192.0.2.8', false],
  ['::ffff:192.0.2.0/120', '192.0.2.0/24', '192.0.2.9', true],
  ['::ffff:192.0.2.7', '192.0.2.7/32', '192.0.2.7', true],
  ['0.0.0.0/0', '0.0.0.0/0', '203.0.113.9', true],
  ['0.0.0.0/0', '0.0.0.0/0', '::ffff:203.0.113.9', true],
  ['0.0.0.0/0', '0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '::/0', '2001:db8::1', true],
  ['::/0', '::/0', '192.0.2.1', false],
  ['::/0', '::/0', '::ffff:192.0.2.1', false],
  ['::ffff:0:0/90', '::ffff:0:0/90', '192.0.2.1', false],
  ['2001:DB8:0::/32', '2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db8::/32', '2001:db9::1', false],
  ['fe80::/10', 'fe80::/10', 'fe80::1%eth0', true],
  ['::1', '::1/128', '::1', true],
  ['127.0.0.0/8', '127.0.0.0/8', '', false],
  ['127.0.0.0/8', '127.0.0.0/8', 'nowhere', false],
])('%s is kept as %s; %s in it: %s', (typed, kept, address, isIn) => {
  const range = readRange(typed);
  expect(range.text).toBe(kept);
  expect(range.holds(address)).toBe(isIn);
});

test.each([
  '',
  '192.0.2.0/33',
  '192.0.2.0/',
  '192.0.2.0/24/1',
  '192.0.2/24',
  '::/129',
  'fe80::1%eth0',
  'far.example',
  '192.0.2.0/-1',
])('"%s" is no range', (typed) => {
  expect(() => readRange(typed)).toThrow(RangeError);
});
