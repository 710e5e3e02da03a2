/** Other servers that mean harm, or only behave so: the box stays within its bounds, and its members and its other peers go on. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FederationStatus } from '../../firmware/commands/federation.ts';
import type { Box, BoxAccount, Settings } from '../kit/box.ts';
import { startBox } from '../kit/federated-box.ts';
import { Internet } from '../kit/internet.ts';
import { childOf, elementsOf, type Tree } from '../kit/tree.ts';
import { Wire } from '../kit/wire.ts';
import { RawPeer } from '../xmpp/federation/raw.ts';
import { bodyOf } from './archive.ts';
import { Bystanders } from './bystanders.ts';

const PATIENCE_MS = 90_000;
/** What the box may need for all that a bad peer makes it keep. */
const BOUND_BYTES = 96 * 1024 * 1024;
const PIECE = 'x'.repeat(200_000);
const FLOOD_BYTES = 96 * 1024 * 1024;
const FLOOD = 20_000;
const UNKNOWN = 1_000;

let internet: Internet;
let box: Box;
let friend: Box;
let mallory: BoxAccount;
let bystanders: Bystanders;

beforeEach(async () => {
  internet = await Internet.create();
});
afterEach(async () => {
  for (const one of [box, friend]) expect(await one.ask(['status'])).toMatchObject({ errors: 0 });
  await internet.end();
});

/** Ours with three members, and one of friends with one; the federation of ours over direct TLS. */
async function start(settings: Settings = {}): Promise<void> {
  [box, friend] = await Promise.all([
    startBox(internet, { ways: 'tls', settings: { 'limits.stanzas_per_second': 0, ...settings } }),
    startBox(internet, { domain: 'friend.test', ways: 'both' }),
  ]);
  const anna = await box.addAccount('anna');
  const ben = await box.addAccount('ben');
  mallory = await box.addAccount('mallory');
  await friend.addAccount('fred');
  bystanders = await Bystanders.of(box, [anna, ben]);
}

/** A server that the DNS knows nothing of, with a good certificate. */
async function peer(domain: string, bothWays = false): Promise<RawPeer> {
  const raw = await RawPeer.open(s2sPort(), await internet.issue([domain]));
  await raw.logIn(domain, box.domain, bothWays);
  return raw;
}

test('one that stops reading is cut off, in bounded memory, and what was for it comes back', async () => {
  await start();
  const deaf = await peer('deaf.test', true);
  const member = await online(mallory);
  member.write("<message to='a@deaf.test' type='chat'><body>Do you hear?</body></message>");
  await deaf.hears('Do you hear?');
  deaf.stopListening();
  const before = memoryBytes();
  let back = 0;
  member.intercept((node) => {
    if (isErrorFrom(node, 'a@deaf.test')) back += 1;
    return node.name === 'message';
  });
  let flooded = 0;
  for (; flooded < FLOOD_BYTES && back === 0; flooded += PIECE.length * 10) {
    for (let count = 0; count < 10; count += 1)
      member.write(`<message to='a@deaf.test' type='headline'><body>${PIECE}</body></message>`);
    await ping(member);
  }
  expect(back, `after ${flooded} bytes`).toBeGreaterThan(0);
  expect(memoryBytes() - before).toBeLessThan(BOUND_BYTES);
  await bystanders.goOn();
  await reachesFriend(member);
});

test('one that floods is read no faster than it may send, and members go on', async () => {
  await start();
  const flooder = await peer('flood.test');
  const before = memoryBytes();
  for (let count = 0; count < FLOOD; count += 1) {
    const to = count % 3 === 0 ? `nobody${count}@box.test` : 'mallory@box.test';
    flooder.write(
      count % 2 === 0
        ? `<message from='a${count}@flood.test' to='${to}' type='chat'><body>${count}</body></message>`
        : `<presence from='a${count}@flood.test/x' to='${to}' type='subscribe'/>`,
    );
  }
  await bystanders.goOn();
  await reachesFriend(await online(mallory));
  await bystanders.goOn();
  expect(memoryBytes() - before).toBeLessThan(BOUND_BYTES);
  expect(flooder.closed).toBe(false);
});

test('one that lies about who sends is cut off, and nobody hears the lie', async () => {
  await start();
  const member = await online(mallory);
  for (const from of ['anna@box.test', 'fred@friend.test/x', 'friend.test']) {
    const liar = await peer('liar.test');
    liar.write(`<message from='${from}' to='mallory@box.test' type='chat'><body>A lie</body></message>`);
    expect(await liar.hears('</stream:stream>')).toContain('<invalid-from');
  }
  await ping(member);
  expect(member.waiting().some((arrival) => arrival.kind === 'element' && bodyOf(arrival.node) === 'A lie')).toBe(
    false,
  );
  const { servers } = (await box.command('federation status')) as FederationStatus;
  expect(servers.find(({ domain }) => domain === 'liar.test')?.lastError?.text).toMatch(/cut off: .*friend\.test/);
});

test('one that answers dialback in the name of another is not believed', async () => {
  await start();
  const member = await online(mallory);
  const liar = await RawPeer.open(s2sPort(), await internet.issue(['liar.test']));
  liar.header('friend.test', 'box.test');
  await liar.hears('</stream:features>');
  liar.write("<db:result from='friend.test' to='box.test'>0123456789abcdef</db:result>");
  expect(await liar.hears("type='invalid'")).toContain('<db:result');
  liar.write("<db:verify from='friend.test' to='box.test' id='1' type='valid'/>");
  liar.write("<db:result from='friend.test' to='box.test' type='valid'/>");
  liar.write("<message from='fred@friend.test' to='mallory@box.test'><body>A lie</body></message>");
  await liar.hears('</stream:stream>');
  await ping(member);
  expect(member.waiting().some((arrival) => arrival.kind === 'element' && bodyOf(arrival.node) === 'A lie')).toBe(
    false,
  );
  await reachesFriend(member);
});

test('places that lead in circles: to themselves, and back to the box', async () => {
  await start();
  const { srv = {}, hosts = {} } = internet.dns.zone;
  internet.dns.zone.aliases = { 'loop.test': 'loop.test', 'one.test': 'two.test', 'two.test': 'one.test' };
  srv['_xmpps-server._tcp.circle.test'] = [{ port: 5269, target: 'circle.test' }];
  srv['_xmpps-server._tcp.mirror.test'] = [{ port: s2sPort(), target: 'mirror.test' }];
  hosts['mirror.test'] = ['127.0.0.1'];
  const member = await online(mallory);
  for (const domain of ['loop.test', 'one.test', 'circle.test', 'mirror.test']) {
    member.write(`<message to='a@${domain}' type='chat'><body>Anybody?</body></message>`);
    const bounced = await member.element((node) => isErrorFrom(node, `a@${domain}`), `an error from ${domain}`);
    expect(conditionOf(bounced)).toMatch(/^remote-server-(not-found|timeout)$/);
  }
  // It claims to be whom only the box itself answers for.
  const mirror = await RawPeer.open(s2sPort(), await internet.issue(['liar.test']));
  mirror.header('mirror.test', 'box.test');
  await mirror.hears('</stream:features>');
  mirror.write("<db:result from='mirror.test' to='box.test'>0123456789abcdef</db:result>");
  expect(await mirror.hears('</db:result>')).toContain("type='error'");
  await bystanders.goOn();
});

test.each([
  ['do not exist', false],
  ['the DNS says nothing of', true],
])('a thousand domains that %s: each message comes back, others are reached meanwhile', async (_, silent) => {
  await start();
  const names = Array.from({ length: UNKNOWN }, (__, index) => `unknown${index}.test`);
  if (silent)
    internet.dns.zone.silent = names.flatMap((name) => [
      name,
      `_xmpp-server._tcp.${name}`,
      `_xmpps-server._tcp.${name}`,
    ]);
  const member = await online(mallory);
  const before = memoryBytes();
  const left = new Set(names.map((name) => `a@${name}`));
  const all = new Promise<void>((resolve) => {
    member.intercept((node) => {
      if (node.name === 'message' && node.attrs.get('type') === 'error') left.delete(node.attrs.get('from') ?? '');
      if (left.size === 0) resolve();
      return isErrorFrom(node, node.attrs.get('from') ?? '');
    });
  });
  member.write(names.map((name) => `<message to='a@${name}' type='chat'><body>Anybody?</body></message>`).join(''));
  await reachesFriend(await online({ local: 'ben', jid: '', password: 'secret of ben' }));
  await bystanders.goOn();
  await all;
  expect(memoryBytes() - before).toBeLessThan(BOUND_BYTES);
});

const s2sPort = () => internet.dns.zone.srv?.['_xmpps-server._tcp.box.test']?.[0]?.port ?? 0;

async function online(account: BoxAccount, resource = 'here'): Promise<Wire> {
  const { local, password } = account;
  const wire = await Wire.login({ ...box.reach(), local, password, resource, patienceMs: PATIENCE_MS });
  wire.write('<presence/>');
  return wire;
}

/** A message to the box of friends is there. */
async function reachesFriend(from: Wire): Promise<void> {
  const fred = await Wire.login({
    ...friend.reach(),
    local: 'fred',
    password: 'secret of fred',
    patienceMs: PATIENCE_MS,
  });
  from.write(`<message to='${fred.jid}' type='chat'><body>To a friend</body></message>`);
  await fred.element((node) => bodyOf(node) === 'To a friend', 'a message from the box');
  await fred.close();
}

async function ping(wire: Wire): Promise<void> {
  await wire.query(`<iq type='get' id='ping' to='box.test'><ping xmlns='urn:xmpp:ping'/></iq>`, 'ping');
}

const isErrorFrom = (node: Tree, from: string) =>
  node.name === 'message' && node.attrs.get('type') === 'error' && node.attrs.get('from') === from;

function conditionOf(stanza: Tree): string {
  const error = childOf(stanza, 'error');
  return (error ? elementsOf(error)[0]?.name : undefined) ?? '';
}

function memoryBytes(): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${box.pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
