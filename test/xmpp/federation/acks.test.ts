/** What is counted between servers (XEP-0198), and what becomes of a peer that does not count. */
import { expect, test } from 'vitest';
import { Acks } from '../../../xmpp/federation/acks.ts';
import { outgoing } from '../../../xmpp/federation/outgoing.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { xml } from '../../../xmpp/xml.ts';
import { TestClock } from '../extensions/harness.ts';

function counted() {
  const clock = new TestClock();
  const said: string[] = [];
  let lost = 0;
  const acks = new Acks({
    clock,
    send: ({ name, attrs }) => void said.push(attrs.h === undefined ? name : `${name} ${attrs.h}`),
    lost: () => {
      lost += 1;
    },
  });
  const say = (id: string, body = '') => {
    const stanza = xml('message', { id }, xml('body', {}, body));
    acks.sent(outgoing(stanza, Jid.parse('u@a.test'), Jid.parse('v@b.test'), clock.nowMs()));
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { acks, clock, said, say, turn, lost: () => lost, heard: (h: number) => acks.acknowledged(xml('a', { h })) };
}

test('one request is out at a time; what is acknowledged is forgotten, and the rest given back in order', async () => {
  const { acks, said, say, turn, heard } = counted();
  for (const id of ['1', '2', '3']) say(id);
  await turn();
  expect(said).toEqual(['r']);
  heard(2);
  await turn();
  expect(said).toEqual(['r', 'r']);
  expect(acks.stop().map(({ stanza }) => stanza.attrs.id)).toEqual(['3']);
});

test('a peer that never acknowledges is given up after a minute, or after four megabytes', () => {
  const slow = counted();
  slow.say('1');
  slow.clock.pass(59_000);
  expect(slow.lost()).toBe(0);
  slow.clock.pass(1_000);
  expect(slow.lost()).toBe(1);
  const full = counted();
  for (let i = 0; i < 22; i += 1) full.say(String(i), 'x'.repeat(200_000));
  expect(full.lost()).toBeGreaterThan(0);
});

test('a peer that acknowledges more than it was sent is told so', () => {
  const { say, heard } = counted();
  say('1');
  expect(() => heard(2)).toThrow();
});

test('what came in is acknowledged once it and all before it are done, and once more at the end', async () => {
  const { acks, said, turn } = counted();
  let finish: () => void = () => undefined;
  acks.received(
    new Promise((resolve) => {
      finish = resolve;
    }),
  );
  acks.received(Promise.resolve());
  acks.requested();
  await turn();
  expect(said).toEqual([]);
  finish();
  await turn();
  expect(said).toEqual(['a 2']);
  acks.conclude();
  expect(said).toEqual(['a 2']);
  acks.received(Promise.resolve());
  await turn();
  acks.conclude();
  expect(said).toEqual(['a 2', 'a 3']);
});
