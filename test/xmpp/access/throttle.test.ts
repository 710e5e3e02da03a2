import { expect, test } from 'vitest';
import { addressKey } from '../../../xmpp/access/address-key.ts';
import { Debts } from '../../../xmpp/access/debts.ts';
import { RegistrationThrottle } from '../../../xmpp/access/registration-throttle.ts';
import { LoginThrottle } from '../../../xmpp/access/throttle.ts';
import { TestClock } from '../extensions/harness.ts';

const home = '192.0.2.1';
const elsewhere = '198.51.100.7';
const phone = 'd4565fa7-4d72-4749-b3d3-740edbf87770';

function setUp(loginsPerMinute = 30) {
  const clock = new TestClock();
  const throttle = new LoginThrottle({ loginsPerMinute }, clock);
  const fail = (times: number, address: string, account = 'alice', client?: string) => {
    for (let i = 0; i < times; i += 1) throttle.failed({ address, account, client });
  };
  const delay = (address: string, account: string, client?: string) => throttle.delayMs({ address, account, client });
  return { clock, throttle, fail, delay };
}

test('a few mistypes cost nothing, then each costs more', () => {
  const { fail, delay } = setUp();
  expect(delay(home, 'alice')).toBe(0);
  fail(2, home);
  expect(delay(home, 'alice')).toBe(0);
  fail(2, home);
  const some = delay(home, 'alice');
  fail(1, home);
  expect(some).toBeGreaterThan(0);
  expect(delay(home, 'alice')).toBeGreaterThan(some);
});

test('an address that spent its tries is refused, for whatever account, until they come back', () => {
  const { clock, fail, delay } = setUp();
  for (let i = 0; i < 30; i += 1) fail(1, home, `guess${i}`);
  expect(delay(home, 'anyone')).toBe(Number.POSITIVE_INFINITY);
  clock.pass(2_000);
  expect(delay(home, 'anyone')).toBeLessThan(Number.POSITIVE_INFINITY);
  clock.pass(60_000);
  expect(delay(home, 'anyone')).toBe(0);
});

test('the whole /64 of an IPv6 address is one', () => {
  const { fail, delay } = setUp(2);
  fail(2, '2001:db8:0:1::1');
  expect(delay('2001:db8:0:1:ffff::2', 'bob')).toBe(Number.POSITIVE_INFINITY);
  expect(delay('2001:db8:0:2::1', 'bob')).toBe(0);
});

test('wrong tries of others slow a member by seconds at most, and not at all where it logged in before', () => {
  const { throttle, fail, delay } = setUp();
  throttle.succeeded({ address: home, account: 'alice' });
  for (let i = 0; i < 100; i += 1) fail(10, `203.0.113.${i}`);
  expect(delay(home, 'alice')).toBe(0);
  const abroad = delay(elsewhere, 'alice');
  expect(abroad).toBeGreaterThan(0);
  expect(abroad).toBeLessThanOrEqual(3_000);
});

test('success clears what the account owes, not what the address owes', () => {
  const { throttle, fail, delay } = setUp();
  fail(10, elsewhere);
  throttle.succeeded({ address: home, account: 'alice' });
  expect(delay('203.0.113.9', 'alice')).toBe(0);
  fail(30, home, 'bob');
  throttle.succeeded({ address: home, account: 'alice' });
  expect(delay(home, 'bob')).toBe(Number.POSITIVE_INFINITY);
});

test('a client that logged in before is counted by itself, whoever else guesses at its address or at its account', () => {
  const { throttle, fail, delay } = setUp();
  for (let i = 0; i < 10; i += 1) fail(10, i === 0 ? home : `203.0.113.${i}`);
  fail(30, home, 'bob');
  expect(delay(home, 'alice')).toBe(Number.POSITIVE_INFINITY);
  expect(delay(home, 'alice', phone)).toBe(0);
  expect(delay(home, 'bob', phone)).toBe(0);

  fail(30, home, 'alice', phone);
  expect(delay(elsewhere, 'alice', phone)).toBe(Number.POSITIVE_INFINITY);
  expect(delay(home, 'bob', phone)).toBe(0);
  throttle.succeeded({ address: elsewhere, account: 'alice', client: phone });
  expect(delay(home, 'alice', phone)).toBe(0);
});

test('what a client that logged in before does wrong slows nobody else', () => {
  const { fail, delay } = setUp();
  fail(100, home, 'alice', phone);
  expect(delay(home, 'alice')).toBe(0);
  expect(delay(home, 'bob')).toBe(0);
});

test('0 switches it off', () => {
  const { fail, delay } = setUp(0);
  fail(1000, home);
  expect(delay(home, 'alice')).toBe(0);
});

test('a flood of keys takes no more memory than the last of them, and keeps who goes on', () => {
  const debts = new Debts(new TestClock(), 1000, 100);
  for (let i = 0; i < 10_000; i += 1) {
    debts.add(`flood${i}`);
    debts.add('busy');
  }
  expect(debts.size).toBe(100);
  expect(debts.of('busy')).toBe(10_000);
  expect(debts.of('flood1')).toBe(0);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1:2:3::', '1:2:3:0::/64'],
  ['1::6:7:8', '1:0:0:0::/64'],
  ['2001::3:4:5:6:7', '2001:0:0:3::/64'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

test('registrations without an invitation are counted by address and hour', () => {
  const clock = new TestClock();
  const throttle = new RegistrationThrottle({ registrationsPerHour: 2 }, clock);
  for (let i = 0; i < 2; i += 1) {
    expect(throttle.mayRegister(home)).toBe(true);
    throttle.registering(home);
  }
  expect(throttle.mayRegister(home)).toBe(false);
  expect(throttle.mayRegister(elsewhere)).toBe(true);
  clock.pass(1_800_000);
  expect(throttle.mayRegister(home)).toBe(true);
  const off = new RegistrationThrottle({ registrationsPerHour: 0 }, clock);
  for (let i = 0; i < 100; i += 1) off.registering(home);
  expect(off.mayRegister(home)).toBe(true);
});

test('wrong codes are counted by address', () => {
  const clock = new TestClock();
  const throttle = new RegistrationThrottle({ registrationsPerHour: 0 }, clock);
  for (let i = 0; i < 20; i += 1) throttle.wrongCode(home);
  expect(throttle.mayTryCode(home)).toBe(false);
  expect(throttle.mayTryCode(elsewhere)).toBe(true);
  clock.pass(3_600_000);
  expect(throttle.mayTryCode(home)).toBe(true);
});

test('by tor wrong tries are held against the account that is tried: new circuits help no guesser, and nobody else waits', () => {
  const { fail, delay } = setUp();
  for (let i = 0; i < 30; i += 1) fail(1, `fc00:dead:beef:4dad::7:${i}`);
  expect(delay('fc00:dead:beef:4dad::9:1', 'alice')).toBe(Number.POSITIVE_INFINITY);
  expect(delay('fc00:dead:beef:4dad::9:1', 'alice', phone)).toBe(0);
  expect(delay('fc00:dead:beef:4dad::7:1', 'bob')).toBe(0);
  expect(delay(home, 'alice')).toBeLessThan(Number.POSITIVE_INFINITY);
});
