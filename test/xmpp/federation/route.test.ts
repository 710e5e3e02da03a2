/** What waits for a link: how long, in which order, and when the next try is. */
import { describe, expect, test } from 'vitest';
import { PeerFailure } from '../../../xmpp/federation/failure.ts';
import { type Outgoing, outgoing } from '../../../xmpp/federation/outgoing.ts';
import { Route } from '../../../xmpp/federation/route.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { xml } from '../../../xmpp/xml.ts';
import { silentLog, TestClock } from '../extensions/harness.ts';

const FAILS = new PeerFailure('nothing listens there', { kind: 'unconnected' });
const NOWHERE = new PeerFailure('it has no address', { kind: 'unresolved', lasting: true });

function routed() {
  const clock = new TestClock();
  const world = {
    clock,
    /** Why opening fails; undefined where it does not. */
    failure: FAILS as PeerFailure | undefined,
    up: false,
    tries: 0,
    sent: [] as string[],
    bounced: [] as string[],
    say: (id: string, name = 'message') => {
      const stanza = xml(name, { from: 'u@a.test', to: 'v@b.test', id });
      route.send(outgoing(stanza, Jid.parse('u@a.test'), Jid.parse('v@b.test'), clock.nowMs()));
    },
    /** So long, a second at a time. */
    pass: async (seconds: number) => {
      for (let i = 0; i < seconds; i += 1) {
        clock.pass(1000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
  const nameOf = ({ stanza }: Outgoing) => stanza.attrs.id ?? '';
  const way = { send: (one: Outgoing) => void world.sent.push(nameOf(one)) };
  const route = new Route({
    context: { clock, random: (bytes) => Buffer.alloc(bytes, 0x80), log: silentLog, trouble: () => undefined },
    pair: { local: 'a.test', remote: 'b.test' },
    find: () => (world.up ? way : undefined),
    open: async () => {
      world.tries += 1;
      if (world.failure) throw world.failure;
      world.up = true;
    },
    room: { take: () => true, giveBack: () => undefined },
    bounce: (one, { condition, type }) => void world.bounced.push(`${nameOf(one)} ${condition} ${type}`),
  });
  return { ...world, world, route };
}

describe('a server that is down', () => {
  test('is tried again after longer and longer pauses, up to half a minute; what waited for a minute comes back', async () => {
    const { world, say, pass } = routed();
    say('one');
    await pass(60);
    expect(world.bounced).toEqual(['one remote-server-timeout wait']);
    expect(world.tries).toBeGreaterThanOrEqual(4);
    expect(world.tries).toBeLessThan(7);
  });

  test('is tried within half a minute for what is said long after, and gets it when it is back', async () => {
    const { world, say, pass } = routed();
    for (let i = 0; i < 10; i += 1) {
      say(String(i));
      await pass(60);
    }
    await pass(600);
    const { tries } = world;
    say('late');
    await pass(0);
    expect(world.tries).toBe(tries + 1);
    world.failure = undefined;
    say('later');
    await pass(30);
    expect(world.sent).toEqual(['late', 'later']);
  });

  test('and to which something is said in a pause, with nothing else waiting, is tried at the end of it', async () => {
    const { world, say, pass } = routed();
    for (let i = 0; i < 3; i += 1) {
      say(String(i));
      await pass(61);
    }
    say('again');
    await pass(1);
    const { tries, bounced } = world;
    expect(bounced).toHaveLength(3);
    world.failure = undefined;
    await pass(30);
    expect(world.tries).toBe(tries + 1);
    expect(world.sent).toEqual(['again']);
  });

  test('keeps five hundred stanzas for it at most', async () => {
    const { world, route, say, pass } = routed();
    for (let i = 0; i < 600; i += 1) say(String(i), 'presence');
    await pass(0);
    expect(route.waiting).toBe(500);
    expect(new Set(world.bounced.map((text) => text.split(' ')[1]))).toEqual(new Set(['resource-constraint']));
  });

  test('is tried at once when it is seen to be back', async () => {
    const { world, route, say, pass } = routed();
    say('one');
    await pass(10);
    world.failure = undefined;
    route.hurry();
    await pass(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.sent).toEqual(['one']);
  });
});

describe('a server that is nowhere', () => {
  test('is not looked for again within a minute: all comes back at once', async () => {
    const { world, say, pass } = routed();
    world.failure = NOWHERE;
    say('one');
    await pass(1);
    say('two');
    expect(world.bounced).toEqual(['one remote-server-not-found cancel', 'two remote-server-not-found cancel']);
    expect(world.tries).toBe(1);
    await pass(60);
    world.failure = undefined;
    say('three');
    await pass(1);
    expect(world.sent).toEqual(['three']);
  });

  test('however much is said to it: one try, and nothing is kept', async () => {
    const { world, route, say, pass } = routed();
    world.failure = NOWHERE;
    for (let i = 0; i < 1000; i += 1) say(String(i), 'presence');
    await pass(1);
    for (let i = 0; i < 1000; i += 1) say(String(i), 'presence');
    expect(world.tries).toBe(1);
    expect(route.waiting).toBe(0);
    expect(world.bounced).toHaveLength(2000);
  });
});

describe('what a lost link had not brought there', () => {
  test('goes before what was said later, once', async () => {
    const { world, route, say, pass } = routed();
    const left = (id: string, name = 'message') => {
      const stanza = xml(name, { from: 'u@a.test', to: 'v@b.test', id });
      return outgoing(stanza, Jid.parse('u@a.test'), Jid.parse('v@b.test'), world.clock.nowMs());
    };
    say('three');
    route.lost([left('one'), left('query', 'iq'), { ...left('zero'), retried: true }, left('two')]);
    expect(world.bounced).toEqual(['query remote-server-timeout wait', 'zero remote-server-timeout wait']);
    world.failure = undefined;
    await pass(5);
    expect(world.sent).toEqual(['one', 'two', 'three']);
  });
});
