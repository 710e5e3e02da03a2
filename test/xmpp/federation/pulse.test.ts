/** What a peer without stream management may not have got. */
import { expect, test } from 'vitest';
import { outgoing } from '../../../xmpp/federation/outgoing.ts';
import { Pulse } from '../../../xmpp/federation/pulse.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { xml } from '../../../xmpp/xml.ts';
import { TestClock } from '../extensions/harness.ts';

function beating() {
  const clock = new TestClock();
  const asked: ((answered: boolean | undefined) => void)[] = [];
  let lost = 0;
  const pulse = new Pulse({
    clock,
    ping: () => new Promise((resolve) => asked.push(resolve)),
    lost: () => {
      lost += 1;
    },
  });
  const say = (id: string, ...content: ReturnType<typeof xml>[]) => {
    const stanza = xml(content.length > 0 ? 'iq' : 'message', { id }, ...content);
    pulse.sent(outgoing(stanza, Jid.parse('u@a.test'), Jid.parse('v@b.test'), clock.nowMs()));
  };
  return {
    ...{ pulse, say, asked },
    lost: () => lost,
    left: () => pulse.stop().map(({ stanza }) => stanza.attrs.id),
    pass: (ms: number) => clock.pass(ms),
    answer: async (answered: boolean | undefined) => {
      asked.at(-1)?.(answered);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('is what came after the last ping that it answered', async () => {
  const { say, pass, answer, left, asked } = beating();
  say('one');
  say('two');
  pass(5_000);
  say('three');
  await answer(true);
  expect(asked).toHaveLength(1);
  expect(left()).toEqual(['three']);
});

test('is nothing, and no ping follows, where all was answered; a ping proves itself', async () => {
  const { say, pass, answer, left, asked } = beating();
  say('one');
  pass(5_000);
  say('ping', xml('ping', { xmlns: 'urn:xmpp:ping' }));
  await answer(true);
  pass(60_000);
  expect(asked).toHaveLength(1);
  expect(left()).toEqual([]);
});

test('is not known where nobody can ask, and says nothing against the peer', async () => {
  const { say, pass, answer, left, lost } = beating();
  say('one');
  pass(5_000);
  await answer(true);
  say('of a component');
  pass(5_000);
  await answer(undefined);
  say('two');
  expect(lost()).toBe(0);
  expect(left()).toEqual(['two']);
});

test('is no answer: two servers that ask by the same rule do not go on for ever', async () => {
  const { pulse, pass, asked } = beating();
  for (const type of ['result', 'error']) {
    const stanza = xml('iq', { type, id: 'of theirs' });
    pulse.sent(outgoing(stanza, Jid.parse('a.test'), Jid.parse('b.test'), 0));
  }
  pass(60_000);
  expect(pulse.waiting).toBe(0);
  expect(asked).toEqual([]);
});

test('is at most a megabyte', async () => {
  const { say, pass, answer, left, pulse } = beating();
  say('first');
  pass(5_000);
  await answer(true);
  for (let i = 0; i < 100; i += 1) say(`${i}`.padEnd(20_000, '.'));
  expect(pulse.waiting).toBeLessThan(60);
  expect(left().at(-1)).toMatch(/^99/);
});

test('makes the link be given up when a peer that has answered before does not', async () => {
  const { say, pass, answer, left, lost } = beating();
  say('one');
  pass(5_000);
  await answer(true);
  say('two');
  pass(5_000);
  await answer(false);
  expect(lost()).toBe(1);
  expect(left()).toEqual(['two']);
});

test('is not known of one that never answers: it is not asked again', async () => {
  const { say, pass, answer, left, lost, asked } = beating();
  say('one');
  pass(5_000);
  await answer(false);
  say('two');
  pass(60_000);
  expect([asked.length, lost()]).toEqual([1, 0]);
  expect(left()).toEqual([]);
});
