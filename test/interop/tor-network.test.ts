/** Two boxes and a client that have no way to each other but tor: over a real tor network, with real onion addresses. */
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { FederationStatus } from '../../firmware/commands/federation.ts';
import type { ServerRow } from '../../firmware/commands/servers.ts';
import type { Status } from '../../firmware/commands/status.ts';
import { connectThrough } from '../../xmpp/socks5/client.ts';
import { Box } from '../kit/box.ts';
import { Internet } from '../kit/internet.ts';
import { Relay } from '../kit/relay.ts';
import { show } from '../kit/tree.ts';
import { Wire } from '../kit/wire.ts';
import { newMember, Person } from './federation/person.ts';
import { hasProsody, startProsody } from './federation/prosody.ts';
import type { ForeignServer } from './federation/server.ts';
import { needs } from './peer.ts';
import { TorNetwork } from './tor-network.ts';

const present = needs('tor', ['--version'], 'apt-get install tor');

/** The directories agree after some seconds and know an onion service after some more; making all the keys takes longest. */
const NETWORK_MS = 120_000;
const PATIENCE_MS = 60_000;
const SERVICES = ['rooms', 'pubsub', 'upload', 'proxy'];

let internet: Internet;
let network: TorNetwork;
let a: Box;
let b: Box;
let prosody: ForeignServer | undefined;

/** It has no port for other servers, and no name in the DNS. */
async function startBox(domain: string): Promise<Box> {
  const { certificate, key } = await internet.certificate([domain, ...SERVICES.map((name) => `${name}.${domain}`)]);
  const settings = {
    'server.domain': domain,
    'access.mode': 'open',
    'federation.enabled': true,
    'federation.require_certificate': true,
    'federation.ca': internet.rootFile,
    'tls.certificate': certificate,
    'tls.key': key,
    'dns.servers': [internet.dnsServer],
    'tor.enabled': true,
  };
  const box = await Box.start(settings, undefined, ['/usr/bin/env', `PATH=${network.programs}:${process.env.PATH}`]);
  internet.onEnd(() => box.dispose());
  return box;
}

async function onionOf(box: Box): Promise<string> {
  const { onion } = ((await box.command('status')) as Status).tor;
  if (onion === '') throw new Error('it has no onion address yet');
  return onion;
}

const runs = (box: Box) =>
  vi.waitFor(async () => expect(((await box.command('status')) as Status).tor).toMatchObject({ name: 'running' }), {
    timeout: NETWORK_MS,
    interval: 250,
  });

/** A port that leads through the tor of a box to an onion address. */
async function wayTo(onion: string, port: number, by: Box): Promise<number> {
  const relay = await Relay.by(async () => {
    const socket: Socket = connect({ path: join(by.dataFolder, 'tor', 'socks') });
    await connectThrough(socket, { host: onion, port, user: 'a client' });
    return socket;
  });
  internet.onEnd(() => relay.stop());
  return relay.port;
}

/** As its owner would: tor hands on to its port, and an SRV record has the onion address. It knows nothing of that itself. */
async function startProsodyAtOnion(): Promise<ForeignServer> {
  const { zone } = internet.dns;
  const facts = { domain: 'prosody.test', address: '127.0.0.4', accounts: ['romeo'], bidi: true };
  const server = await startProsody(internet, facts);
  const name = '_xmpp-server._tcp.prosody.test';
  const target = await network.publish(5269, `${facts.address}:${zone.srv?.[name]?.[0]?.port}`);
  zone.srv = { ...zone.srv, [name]: [{ port: 5269, target }] };
  return server;
}

/** Both ways. The other server may be known to tor a little later than to itself. */
async function chat(one: Person, other: Person): Promise<void> {
  await vi.waitFor(
    async () => {
      one.say(other.jid, 'Hello');
      await other.hears('Hello', one.jid);
    },
    { timeout: PATIENCE_MS },
  );
  other.say(one.jid, 'And to you');
  await one.hears('And to you', other.jid);
}

beforeAll(async () => {
  if (!present) return;
  internet = await Internet.create();
  network = await TorNetwork.create();
  internet.onEnd(() => network.end());
  const starting = hasProsody ? startProsodyAtOnion() : undefined;
  [a, b, prosody] = await Promise.all([startBox('a.test'), startBox('b.test'), starting]);
  const { zone } = internet.dns;
  for (const box of [a, b]) {
    const target = await vi.waitFor(() => onionOf(box), { timeout: 20_000, interval: 50 });
    zone.srv = { ...zone.srv, [`_xmpp-server._tcp.${box.domain}`]: [{ port: 5269, target }] };
  }
  await Promise.all([runs(a), runs(b)]);
}, NETWORK_MS);
afterAll(() => internet?.end());
beforeEach(({ onTestFailed }) =>
  onTestFailed(() => console.error([network.log, a.log, b.log].map((log) => log.slice(-8000)).join('\n\n'))),
);

test.runIf(present)(
  'people write to each other, and their servers are proved by their domains',
  async () => {
    const alice = await newMember(a, 'alice');
    const bob = await newMember(b, 'bob');
    await chat(alice, bob);
    const { servers } = (await a.command('federation status')) as FederationStatus;
    const facts = { domain: 'b.test', state: 'connected', authenticated: 'certificate', address: await onionOf(b) };
    expect(servers).toMatchObject([{ ...facts, tls: 'TLSv1.3', direction: 'both' }]);
    const strangers = internet.dns.asked.filter((question) => question.includes('onion'));
    expect(strangers).toEqual([]);
  },
  NETWORK_MS,
);

test.runIf(present)(
  'an app finds the certificate of the domain at the onion address, on both ports',
  async () => {
    await newMember(b, 'carol');
    const onion = await onionOf(b);
    const ca = readFileSync(internet.rootFile, 'utf8');
    const local = { local: 'carol', password: 'secret of carol', domain: 'b.test', ca, patienceMs: PATIENCE_MS };
    for (const [port, security] of [
      [5222, 'starttls'],
      [5223, 'tls'],
    ] as const) {
      const way = await wayTo(onion, port, a);
      const carol = new Person(await Wire.login({ ...local, port: way, security, resource: security }));
      expect(carol.jid).toBe(`carol@b.test/${security}`);
    }
  },
  PATIENCE_MS,
);

test.runIf(present && hasProsody)(
  'people write to those on a Prosody at an onion address',
  async () => {
    const eve = await newMember(a, 'eve');
    if (!prosody) throw new Error('there is no Prosody');
    const romeo = new Person(await prosody.login('romeo'));
    await chat(eve, romeo);
    const { servers } = (await a.command('federation status')) as FederationStatus;
    expect(servers).toContainEqual(expect.objectContaining({ domain: 'prosody.test', authenticated: 'certificate' }));
  },
  NETWORK_MS,
);

test.runIf(present)('members are told of the address', async () => {
  const onion = await onionOf(b);
  const dora = await newMember(b, 'dora');
  const items = "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:casp3r:addresses:0'/></pubsub>";
  expect(show(await dora.asks('get', 'pubsub.b.test', items))).toContain(onion);
  const info = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
  expect(show(await dora.asks('get', 'b.test', info))).toContain(onion);
  expect((await b.command('server list')) as ServerRow[]).toMatchObject([{ domain: 'b.test', onion }]);
  expect((await b.cli(['status'])).stdout).toContain(onion);
  expect(await page(b)).toContain(onion);
});

function page({ ports, domain }: Box): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: ports.http, headers: { host: domain } }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(text);
    }).on('error', reject);
  });
}
