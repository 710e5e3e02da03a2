/** Keys, answers of the DNS, and the race of addresses, each by itself. */
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../xmpp/clock.ts';
import { dial } from '../../../xmpp/federation/dial.ts';
import { dialbackKey, isDialbackKey } from '../../../xmpp/federation/dialback.ts';
import { External } from '../../../xmpp/federation/external.ts';
import { DnsCache } from '../../../xmpp/federation/resolver/cache.ts';
import { Slots } from '../../../xmpp/federation/slots.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { TestClock } from '../extensions/harness.ts';

describe('keys of dialback', () => {
  test('are those of the examples in XEP-0220', () => {
    const claim = { sender: 'capulet.example', target: 'montague.example', streamId: 'D60000229F' };
    const key = 'b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3';
    expect(dialbackKey('s3cr3tf0rd14lb4ck', claim)).toBe(key);
    expect(isDialbackKey('s3cr3tf0rd14lb4ck', claim, ` ${key}\n`)).toBe(true);
    expect(isDialbackKey('s3cr3tf0rd14lb4ck', { ...claim, streamId: 'D60000229E' }, key)).toBe(false);
    expect(isDialbackKey('another', claim, key)).toBe(false);
  });
});

describe('of several addresses', () => {
  async function listening(host: string): Promise<number> {
    const server = createServer((socket) => void socket.end()).listen(0, host);
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    return (server.address() as { port: number }).port;
  }

  test('the first that answers is taken, whatever the others do', async () => {
    const port = await listening('127.0.0.1');
    // TEST-NET-1 answers nobody; nothing listens at 127.0.0.9.
    const socket = await dial(['192.0.2.1', '127.0.0.9', '127.0.0.1'], port, systemClock);
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  test('none is an error that says why', async () => {
    await expect(dial(['127.0.0.1', '127.0.0.9'], 1, systemClock)).rejects.toThrow(
      '127.0.0.1, 127.0.0.9 port 1: nothing listens there',
    );
  });
});

describe('SASL EXTERNAL takes', () => {
  const NS = 'urn:ietf:params:xml:ns:xmpp-sasl';
  const auth = (text: string) => xml('auth', { xmlns: NS, mechanism: 'EXTERNAL' }, text);
  const said = ({ reply }: { reply: Element }) => reply.getChildElements()[0]?.name ?? reply.name;
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  test('no identity, the same identity, or one asked for', () => {
    expect(said(new External('a.test').handle(auth('=')))).toBe('success');
    expect(said(new External('a.test').handle(auth(base64('A.test'))))).toBe('success');
    const external = new External('a.test');
    expect(said(external.handle(auth('')))).toBe('challenge');
    expect(external.handle(xml('response', { xmlns: NS }))).toMatchObject({ done: true });
  });

  test('nothing else', () => {
    const external = () => new External('a.test');
    expect(said(external().handle(auth(base64('b.test'))))).toBe('invalid-authzid');
    expect(said(external().handle(auth('%')))).toBe('incorrect-encoding');
    expect(said(external().handle(xml('auth', { xmlns: NS, mechanism: 'PLAIN' }, '=')))).toBe('invalid-mechanism');
    expect(said(external().handle(xml('response', { xmlns: NS }, '=')))).toBe('malformed-request');
    const stubborn = external();
    stubborn.handle(auth('%'));
    stubborn.handle(auth('%'));
    expect(() => stubborn.handle(auth('%'))).toThrow('too many');
  });
});

describe('answers of the DNS', () => {
  test('hold for their time within bounds, nothing for a minute, a failure for ten seconds', async () => {
    const clock = new TestClock();
    const cache = new DnsCache<string>(clock);
    let asked = 0;
    const answer = (ttlMs: number | undefined) => async () => {
      asked += 1;
      return { value: 'x', ttlMs };
    };
    const fails = async () => {
      asked += 1;
      throw new Error('no');
    };
    const asksAgainAfter = async (ask: () => Promise<{ value: string; ttlMs: number | undefined }>, ms: number) => {
      const key = String(asked);
      await cache.get(key, ask).catch(() => undefined);
      const before = asked;
      clock.pass(ms - 1);
      await cache.get(key, ask).catch(() => undefined);
      const early = asked;
      clock.pass(1);
      await cache.get(key, ask).catch(() => undefined);
      return early === before && asked === before + 1;
    };
    expect(await asksAgainAfter(answer(1), 30_000)).toBe(true);
    expect(await asksAgainAfter(answer(90_000), 90_000)).toBe(true);
    expect(await asksAgainAfter(answer(1e9), 3_600_000)).toBe(true);
    expect(await asksAgainAfter(answer(undefined), 60_000)).toBe(true);
    expect(await asksAgainAfter(fails, 10_000)).toBe(true);
  });
});

describe('slots', () => {
  test('let so many run at once, and the others in turn, though some fail', async () => {
    const slots = new Slots(2);
    let running = 0;
    let most = 0;
    const work = (i: number) =>
      slots.run('anna', async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (i % 3 === 0) throw new Error('no');
        return i;
      });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => work(i)));
    expect(most).toBe(2);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
  });

  test('are given by turns to those who ask, however much one of them asks for', async () => {
    const slots = new Slots(1);
    const done: string[] = [];
    const run = (asker: string, what: string) => slots.run(asker, async () => void done.push(what));
    await Promise.all([
      ...Array.from({ length: 5 }, (_, i) => run('mallory', `m${i}`)),
      ...Array.from({ length: 2 }, (_, i) => run('anna', `a${i}`)),
      run('ben', 'b0'),
    ]);
    expect(done).toEqual(['m0', 'm1', 'a0', 'b0', 'm2', 'a1', 'm3', 'm4']);
  });
});
