/** Servers at onion addresses, with a SOCKS5 proxy in tor's place; over a tor network: test/interop/tor-network.test.ts. */
import { expect, onTestFinished, test } from 'vitest';
import { Onions } from '../../kit/onions.ts';
import { conditionOf, textOf, World } from './side.ts';

const NOBODY = `${'a'.repeat(56)}.onion`;

async function onionsOnly() {
  const world = await World.create();
  const onions = new Onions();
  await onions.start();
  onTestFinished(() => onions.stop());
  const torSocket = onions.socket;
  const a = await world.side({ domains: ['a.test'], torSocket });
  const b = await world.side({ domains: ['b.test'], torSocket });
  const onionOf = { a: onions.publish(5269, a.port), b: onions.publish(5270, b.portTls) };
  Object.assign(world.hosts, { 'a.test': `${onionOf.a}:5269`, 'b.test': `${onionOf.b}:5270 tls` });
  return { world, onions, a, b, onionOf };
}

test('are reached by tor alone, with the TLS of their domains, by STARTTLS and direct TLS', async () => {
  const { onions, a, b, onionOf } = await onionsOnly();
  onions.slow = true;
  a.say('alice@a.test/x', 'bob@b.test', 'one');
  expect(await b.heard(1)).toEqual(['one']);
  expect(onions.asked).toEqual([{ place: `${onionOf.b}:5270`, user: 'b.test' }]);
  expect(a.state('b.test')).toMatchObject({ authenticated: 'certificate', tls: 'TLSv1.3', address: onionOf.b });
  await a.stop();
  await b.until(() => b.state('a.test') === undefined);
  b.say('bob@b.test/y', 'alice@a.test', 'two');
  await b.until(() => onions.asked.length === 2);
  expect(onions.asked[1]).toEqual({ place: `${onionOf.a}:5269`, user: 'a.test' });
});

test('prove themselves by dialback, which goes by tor as well', async () => {
  const world = await World.create();
  const onions = new Onions();
  await onions.start();
  onTestFinished(() => onions.stop());
  const certificate = { domains: ['elsewhere.test'] };
  const a = await world.side({ domains: ['a.test'], certificate, torSocket: onions.socket });
  const b = await world.side({ domains: ['b.test'], certificate, torSocket: onions.socket });
  world.hosts['a.test'] = `${onions.publish(5269, a.port)}:5269`;
  world.hosts['b.test'] = `${onions.publish(5269, b.port)}:5269`;
  a.say('alice@a.test/x', 'bob@b.test', 'one');
  expect(await b.heard(1)).toEqual(['one']);
  expect(b.state('a.test')).toMatchObject({ authenticated: 'dialback' });
  expect(onions.asked.map(({ user }) => user)).toEqual(['b.test', 'a.test']);
});

test('are one more route where the others fail', async () => {
  const { world, onions, a, b, onionOf } = await onionsOnly();
  world.hosts['b.test'] = ['127.0.0.1:1', `${NOBODY}:5269`, `${onionOf.b}:5270 tls`];
  a.say('alice@a.test/x', 'bob@b.test', 'one');
  expect(await b.heard(1)).toEqual(['one']);
  expect(onions.asked.map(({ place }) => place)).toEqual([`${NOBODY}:5269`, `${onionOf.b}:5270`]);
});

test('that tor does not find, and what is none, are told so to who wrote', async () => {
  const { world, a } = await onionsOnly();
  world.hosts['c.test'] = `${NOBODY}:5269`;
  world.hosts['d.test'] = 'short.onion:5269';
  a.say('alice@a.test/x', 'bob@d.test', 'one');
  await a.heard(1);
  expect(conditionOf(a.received[0])).toBe('remote-server-not-found');
  expect(textOf(a.received[0])).toContain('that is no onion address');
  a.say('alice@a.test/x', 'bob@c.test', 'two');
  await a.until(() => a.state('c.test')?.lastError !== undefined);
  expect(a.state('c.test')?.lastError?.text).toBe(`${NOBODY} port 5269: tor knows of nobody at this address now`);
});

test.each([
  ['not there', undefined, 'remote-server-not-found', 'b.test is reached by tor only'],
  ['not running', '/nowhere/socks', undefined, 'tor does not run here at the moment'],
])('are not reached where tor is %s, and nothing else is asked for them', async (_, torSocket, condition, words) => {
  const world = await World.create();
  const a = await world.side({ domains: ['a.test'], ...(torSocket !== undefined && { torSocket }) });
  world.hosts['b.test'] = `${NOBODY}:5269`;
  a.say('alice@a.test/x', 'bob@b.test', 'one');
  await a.until(() => a.state('b.test')?.lastError !== undefined);
  expect(a.state('b.test')?.lastError?.text).toContain(words);
  if (condition === undefined) return;
  await a.heard(1);
  expect(conditionOf(a.received[0])).toBe(condition);
});
