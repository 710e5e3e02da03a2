import { expect, it } from 'vitest';
import { Newcomers } from '../../../xmpp/stream/newcomers.ts';

/** A room and who had to leave it. */
function room(perAddress: number, max: number) {
  const newcomers = new Newcomers(perAddress, max);
  const left: string[] = [];
  const enter = (address: string, name = address) => newcomers.enter(address, () => left.push(name));
  return { newcomers, left, enter };
}

it('takes so many of an address and no more, until one of them is known or gone', () => {
  const { enter, left } = room(2, 10);
  const leave = enter('192.0.2.1');
  enter('192.0.2.1');
  expect(enter('192.0.2.1')).toBeUndefined();
  expect(enter('192.0.2.2')).toBeDefined();
  leave?.();
  leave?.();
  expect(enter('192.0.2.1')).toBeDefined();
  expect(enter('192.0.2.1')).toBeUndefined();
  expect(left).toEqual([]);
});

it('counts an IPv6 host by its /64', () => {
  const { enter } = room(1, 10);
  enter('2001:db8::1');
  expect(enter('2001:db8::2')).toBeUndefined();
  expect(enter('2001:db8:0:1::1')).toBeDefined();
});

it('when it is full, the oldest of the address that has most gives way, so that a single one elsewhere stays', () => {
  const { newcomers, enter, left } = room(0, 4);
  enter('192.0.2.1', 'quiet');
  for (const name of ['first', 'second', 'third']) enter('192.0.2.9', name);
  expect(enter('192.0.2.2', 'new')).toBeDefined();
  expect(left).toEqual(['first']);
  enter('192.0.2.3', 'newer');
  expect(left).toEqual(['first', 'second']);
  expect(newcomers.count).toBe(4);
});

it('among addresses with one each the oldest gives way', () => {
  const { newcomers, enter, left } = room(0, 3);
  for (let n = 0; n < 9; n += 1) enter(`192.0.2.${n}`);
  expect(left).toEqual([0, 1, 2, 3, 4, 5].map((n) => `192.0.2.${n}`));
  expect(newcomers.count).toBe(3);
});

it('forgets those who had to leave once only', () => {
  const { newcomers, enter } = room(0, 1);
  const leave = enter('192.0.2.1');
  enter('192.0.2.2');
  leave?.();
  expect(newcomers.count).toBe(1);
});

it('counts each circuit of tor by itself, though all are of one network', () => {
  const { enter } = room(1, 10);
  enter('fc00:dead:beef:4dad::7:1');
  expect(enter('fc00:dead:beef:4dad::7:1')).toBeUndefined();
  expect(enter('fc00:dead:beef:4dad::7:2')).toBeDefined();
});
