/** Subjects of rules, as an owner types them. */
import { expect, test } from 'vitest';
import { type Party, readSubject } from '../../../../xmpp/access/rules/subject.ts';

const bob: Party = { jid: 'bob@far.example', domain: 'far.example', known: true };

test.each<[string, string, Party, boolean]>([
  ['Everyone', 'everyone', {}, true],
  ['member', 'member', { role: 'limited' }, true],
  ['member', 'member', bob, false],
  ['guest', 'guest', bob, true],
  ['stranger', 'stranger', bob, false],
  ['stranger', 'stranger', { ...bob, known: false }, true],
  ['circle: School', 'circle:school', { role: 'member', circles: ['school'] }, true],
  ['circle:School', 'circle:school', { role: 'member', circles: [] }, false],
  ['account:Bob@Far.Example', 'account:bob@far.example', bob, true],
  ['account:eve@far.example', 'account:eve@far.example', bob, false],
  ['domain:far.example', 'domain:far.example', bob, true],
  ['domain:far.example', 'domain:far.example', { domain: 'rooms.far.example' }, true],
  ['domain:far.example', 'domain:far.example', { domain: 'notfar.example' }, false],
  ['address:192.0.2.0/24', 'address:192.0.2.0/24', { address: '192.0.2.77' }, true],
  ['address:192.0.2.0/24', 'address:192.0.2.0/24', { address: '192.0.3.1' }, false],
  ['address:2001:db8::/32', 'address:2001:db8::/32', { address: '2001:db8::7' }, true],
  ['address:192.0.2.7', 'address:192.0.2.7/32', { address: '2001:db8::7' }, false],
  ['address:192.0.2.7', 'address:192.0.2.7/32', {}, false],
])('%s is kept as %s', (typed, kept, party, matches) => {
  const subject = readSubject(typed);
  expect(subject.text).toBe(kept);
  expect(subject.matches(party)).toBe(matches);
});

test.each([
  '',
  'nobody',
  'circle:',
  'account:far.example',
  'account:bob@far.example/phone',
  'domain:bob@far.example',
  'address:192.0.2.0/33',
  'address:far.example',
  'address:192.0.2.0/x',
  'toString:x',
])('"%s" is nobody', (typed) => {
  expect(() => readSubject(typed)).toThrow(RangeError);
});
