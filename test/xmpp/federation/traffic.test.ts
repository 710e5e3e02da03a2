/** What goes out: over one link, once more after a loss, or back with a reason. */
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Clock, systemClock, type Timer } from '../../../xmpp/clock.ts';
import { xml } from '../../../xmpp/xml.ts';
import { Authority } from '../../kit/ca.ts';
import { TestDns } from '../../kit/dns.ts';
import { RawServer } from './raw.ts';
import { conditionOf, textOf, World } from './side.ts';

describe('stanzas', () => {
  test('of another of our domains share the link', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test', 'rooms.a.test'] });
    const b = await world.side({ domains: ['b.test'] });
    a.say('u@a.test', 'v@b.test', 'one');
    await b.heard(1);
    a.say('room@rooms.a.test/x', 'v@b.test', 'two');
    expect(await b.heard(2)).toEqual(['one', 'two']);
    const addresses = b.federation.states().map(({ domain, sinceMs }) => `${domain} ${sinceMs}`);
    expect(addresses).toHaveLength(2);
    expect(new Set(b.federation.states().map(({ sinceMs }) => sinceMs)).size).toBe(1);
  });

  test('go over direct TLS where only that is offered', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'] });
    const b = await world.side({ domains: ['b.test'] });
    world.hosts['b.test'] = `127.0.0.1:${b.portTls} tls`;
    a.say('u@a.test', 'v@b.test', 'one');
    expect(await b.heard(1)).toEqual(['one']);
    expect(b.state('a.test')).toMatchObject({ authenticated: 'certificate' });
  });

  test('keep their order over a link that is being opened, and after', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'] });
    const b = await world.side({ domains: ['b.test'] });
    const bodies = Array.from({ length: 200 }, (_, i) => String(i));
    for (const body of bodies.slice(0, 100)) a.say('u@a.test', 'v@b.test', body);
    await b.heard(1);
    for (const body of bodies.slice(100)) a.say('u@a.test', 'v@b.test', body);
    expect(await b.heard(200)).toEqual(bodies);
  });

  test('that the peer did not acknowledge before it was gone go to it when it is back', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'] });
    const hole = await blackHole();
    const first = await world.side({ domains: ['b.test'] });
    world.hosts['b.test'] = `127.0.0.1:${await hole.before(first.port)}`;
    a.say('u@a.test', 'v@b.test', 'one');
    await first.heard(1);
    await vi.waitUntil(() => a.state('b.test')?.queued === 0);
    hole.swallow = true;
    a.say('u@a.test', 'v@b.test', 'two');
    a.send(
      xml('iq', { from: 'u@a.test', to: 'v@b.test', type: 'get', id: 'q' }, xml('ping', { xmlns: 'urn:xmpp:ping' })),
    );
    await hole.swallowed();
    hole.swallow = false;
    hole.cut();
    expect(await first.heard(2)).toEqual(['one', 'two']);
    // What must not be done twice comes back.
    await a.heard(1);
    expect(conditionOf(a.received[0])).toBe('remote-server-timeout');
  });
});

describe('a link', () => {
  test('ends when other things are asked of its peer, and opens again where the peer can do them', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'] });
    const b = await world.side({ domains: ['b.test'], certificate: { domains: ['elsewhere.test'] } });
    a.say('u@a.test/x', 'v@b.test', 'one');
    await b.heard(1);
    await a.peerRules.set('b.test', { requireCertificate: true });
    await a.until(() => a.state('b.test') === undefined);
    a.say('u@a.test/x', 'v@b.test', 'two');
    await a.heard(1);
    expect(textOf(a.received[0])).toBe('its certificate is for elsewhere.test');
    await a.peerRules.remove('b.test');
    a.say('u@a.test/x', 'v@b.test', 'three');
    expect(await b.heard(2)).toEqual(['one', 'three']);
  });

  test('that nobody uses is closed by who dialled, and opened again; what crossed the goodbye is not lost', async () => {
    const world = await World.create();
    const clock = new SkippingClock();
    const a = await world.side({ domains: ['a.test'], clock });
    const b = await world.side({ domains: ['b.test'] });
    a.say('u@a.test/x', 'v@b.test', 'one');
    await b.heard(1);
    await vi.waitUntil(() => a.state('b.test')?.queued === 0);
    clock.skip(15 * 60_000);
    b.say('v@b.test/y', 'u@a.test/x', 'two');
    a.say('u@a.test/x', 'v@b.test', 'three');
    expect(await b.heard(2)).toEqual(['one', 'three']);
    await a.heard(1);
    // It comes again over the new link, for nobody could acknowledge it, and is taken in once.
    b.say('v@b.test/y', 'u@a.test/x', 'four');
    expect(await a.heard(2)).toEqual(['two', 'four']);
    expect(a.state('b.test')?.lastError).toBeUndefined();
  });

  test('stays where what is asked of its peer stays', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'] });
    const b = await world.side({ domains: ['b.test'] });
    a.say('u@a.test/x', 'v@b.test', 'one');
    await b.heard(1);
    const before = a.state('b.test')?.sinceMs;
    await a.peerRules.set('c.test', { requireCertificate: true });
    expect(a.state('b.test')?.sinceMs).toBe(before);
    expect(before).toBeDefined();
  });

  test('whose peer was only vouched for by another stream brings nothing to it where a certificate is needed', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'], certificate: { domains: ['elsewhere.test'] } });
    const b = await world.side({ domains: ['b.test'], rules: { requireCertificate: true } });
    // Who is called back has one that is good.
    const good = await world.authority.issue({ domains: ['a.test'] });
    const server = await RawServer.listen(good);
    world.hosts['a.test'] = server.place;
    a.say('u@a.test/x', 'v@b.test', 'one');
    const caller = await server.caller();
    await caller.hears("version='1.0'>");
    caller.answer('a.test', 'b.test', "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>");
    const id = /<db:verify [^>]*id='([^']+)'/.exec(await caller.hears('</db:verify>'))?.[1];
    caller.write(`<db:verify from='a.test' to='b.test' id='${id}' type='valid'/>`);
    await b.heard(1);
    expect(b.state('a.test')).toMatchObject({ direction: 'in', authenticated: 'dialback' });
  });
});

describe('what cannot go comes back', () => {
  test('at once where the domain is nowhere, and again without another look', async () => {
    const world = await World.create();
    const dns = new TestDns({});
    const place = await dns.start();
    onTestFinished(() => dns.stop());
    const a = await world.side({ domains: ['a.test'], dns: [place] });
    a.send(xml('presence', { from: 'u@a.test/x', to: 'v@nowhere.test', type: 'subscribe' }));
    await a.heard(1);
    expect(a.received[0]?.attrs).toMatchObject({ type: 'error', from: 'v@nowhere.test', to: 'u@a.test/x' });
    const questions = dns.asked.length;
    a.say('u@a.test', 'v@nowhere.test', 'again');
    await a.heard(2);
    expect(textOf(a.received[1])).toBe('nowhere.test has no address');
    expect(dns.asked).toHaveLength(questions);
  });

  test('before it is kept, where the rules forbid it', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'], rules: { deny: ['evil.test'] } });
    expect(() => a.say('u@a.test', 'v@x.evil.test', 'no')).toThrow('does not talk to x.evil.test');
    a.forbidden.add('out a.test c.test');
    expect(() => a.say('u@a.test', 'v@c.test', 'no')).toThrow('does not talk to c.test');
  });

  test('when the peer has a certificate that will not do, in words', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'], rules: { requireCertificate: true } });
    await world.side({ domains: ['b.test'], certificate: { toDays: -1 } });
    await world.side({ domains: ['c.test'], authority: await Authority.create('Nobody knows it') });
    a.say('u@a.test', 'v@b.test', 'one');
    await a.heard(1);
    expect(conditionOf(a.received[0])).toBe('remote-server-timeout');
    expect(a.received[0]?.getChild('error')?.attrs.type).toBe('cancel');
    expect(textOf(a.received[0])).toMatch(/^its certificate is no good: it expired on /);
    a.say('u@a.test', 'v@c.test', 'two');
    await a.heard(2);
    expect(textOf(a.received[1])).toBe('its certificate is no good: nobody that is believed here signed it');
  });

  test('from a thousand domains that nobody knows, while others are reached', async () => {
    const world = await World.create();
    const dns = new TestDns({ hosts: { 'known.test': ['127.0.0.1'] } });
    const place = await dns.start();
    onTestFinished(() => dns.stop());
    const a = await world.side({ domains: ['a.test'], dns: [place] });
    const b = await world.side({ domains: ['b.test'] });
    for (let i = 0; i < 1000; i += 1) a.say('u@a.test', `v@nobody${i}.test`, String(i));
    a.say('u@a.test', 'v@b.test', 'there');
    expect(await b.heard(1)).toEqual(['there']);
    await a.heard(1000);
    expect(new Set(a.received.map(conditionOf))).toEqual(new Set(['remote-server-not-found']));
    expect(a.federation.states().length).toBeLessThan(1010);
  }, 30_000);

  test('when the box stops', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'] });
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    world.hosts['b.test'] = `127.0.0.1:${(silent.address() as { port: number }).port}`;
    a.say('u@a.test', 'v@b.test', 'one');
    await a.stop();
    await a.heard(1);
    expect(conditionOf(a.received[0])).toBe('remote-server-timeout');
  });

  test('when the box stops, also what the peer did not acknowledge', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'] });
    const hole = await blackHole();
    const b = await world.side({ domains: ['b.test'] });
    world.hosts['b.test'] = `127.0.0.1:${await hole.before(b.port)}`;
    a.say('u@a.test', 'v@b.test', 'one');
    await b.heard(1);
    await vi.waitUntil(() => a.state('b.test')?.queued === 0);
    hole.swallow = true;
    a.say('u@a.test', 'v@b.test', 'two');
    await hole.swallowed();
    await a.stop();
    expect(a.received.map(conditionOf)).toEqual(['remote-server-timeout']);
  }, 15_000);

  test('from what is denied, though its stream is open', async () => {
    const world = await World.create();
    const a = await world.side({ domains: ['a.test'] });
    const b = await world.side({ domains: ['b.test', 'club.b.test'] });
    a.say('u@a.test', 'v@b.test', 'one');
    await b.heard(1);
    b.forbidden.add('in club.b.test a.test');
    a.say('u@a.test', 'v@club.b.test', 'two');
    await b.until(() => b.received.length > 1 || b.state('a.test')?.lastError !== undefined);
    expect(b.received.map((stanza) => stanza.getChildText('body'))).not.toContain('two');
  });
});

/** The system's, with leaps. */
class SkippingClock implements Clock {
  #aheadMs = 0;
  readonly #timers = new Set<{ atMs: number; run: () => void }>();

  nowMs(): number {
    return systemClock.nowMs() + this.#aheadMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { atMs: this.nowMs() + delayMs, run: (): void => undefined };
    const real = systemClock.after(delayMs, () => timer.run());
    timer.run = () => {
      real.cancel();
      if (this.#timers.delete(timer)) run();
    };
    this.#timers.add(timer);
    return { cancel: () => void (this.#timers.delete(timer) && real.cancel()) };
  }

  skip(ms: number): void {
    this.#aheadMs += ms;
    for (const timer of [...this.#timers]) if (timer.atMs <= this.nowMs()) timer.run();
  }
}

/** A place before a server that, on demand, takes what comes and gives nothing on. */
async function blackHole() {
  const sockets = new Set<Socket>();
  let told: () => void = () => undefined;
  const hole = {
    swallow: false,
    swallowed: () => new Promise<void>((resolve) => (told = resolve)),
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    before: async (port: number): Promise<number> => {
      const server = createServer((near) => {
        const far = connect(port, '127.0.0.1');
        for (const socket of [near, far]) {
          sockets.add(socket);
          socket.on('error', () => socket.destroy());
        }
        near.on('data', (bytes) => {
          if (hole.swallow) told();
          else far.write(bytes);
        });
        far.on('data', (bytes) => {
          if (!hole.swallow) near.write(bytes);
        });
        near.on('close', () => far.destroy());
        far.on('close', () => near.destroy());
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      return (server.address() as { port: number }).port;
    },
  };
  return hole;
}
