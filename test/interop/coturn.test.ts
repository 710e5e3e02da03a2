/** coturn as the box runs it: what members are told works, and nothing else does. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Status } from '../../firmware/commands/status.ts';
import { turnCredentials } from '../../firmware/turn/credentials.ts';
import { Box } from '../kit/box.ts';
import { freePorts } from '../kit/ports.ts';
import { childOf, elementsOf } from '../kit/tree.ts';
import type { Wire } from '../kit/wire.ts';
import { needs } from './peer.ts';
import { type Place, TurnClient } from './turn-client.ts';

const NS = 'urn:xmpp:extdisco:2';
const PATIENCE = { timeout: 10_000, interval: 100 };

const present = needs('/bin/sh', ['-c', 'command -v turnserver'], 'apt-get install coturn');

async function startBox(allow_lan = true, launcher: string[] = []): Promise<Box> {
  const [port = 0, tls_port = 0, first = 0] = await freePorts(3);
  const relay_ports = first > 65_500 ? '40000-40009' : `${first}-${first + 9}`;
  const calls = { enabled: true, port, tls_port, relay_ports, allow_lan };
  const box = await Box.start({ 'server.domain': 'localhost', calls }, undefined, launcher);
  onTestFinished(() => box.dispose());
  return box;
}

const stateOf = async (box: Box) => ((await box.command('status')) as Status).calls.name;
const running = (box: Box) => expect.poll(() => stateOf(box), PATIENCE).toBe('running');
const pidOf = async (box: Box) => Number(await readFile(join(box.dataFolder, 'turn', 'turnserver.pid'), 'utf8'));

interface Service {
  port: number;
  username: string;
  password: string;
}

async function askFor(wire: Wire, type: string): Promise<Service[]> {
  wire.write(`<iq type='get' id='${type}' to='localhost'><services xmlns='${NS}' type='${type}'/></iq>`);
  const answer = await wire.element(({ attrs }) => attrs.get('id') === type, 'the services');
  const services = childOf(answer, 'services', NS);
  return (services ? elementsOf(services) : []).map(({ attrs }) => ({
    port: Number(attrs.get('port')),
    username: attrs.get('username') ?? '',
    password: attrs.get('password') ?? '',
  }));
}

let members = 0;
async function turnOf(box: Box): Promise<Service> {
  members += 1;
  const wire = await box.login(await box.addAccount(`member${members}`));
  const [turn] = await askFor(wire, 'turn');
  await wire.close();
  if (!turn) throw new Error('no TURN service');
  return turn;
}

function client({ port, username, password }: Service): TurnClient {
  const made = new TurnClient({ address: '127.0.0.1', port }, username, password);
  onTestFinished(() => made.close());
  return made;
}

async function peerSocket() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const { port } = socket.address() as AddressInfo;
  const receive = async () => {
    const [bytes, from] = (await once(socket, 'message', { signal: AbortSignal.timeout(5_000) })) as [Buffer, Place];
    return { text: bytes.toString(), from: { address: from.address, port: from.port } };
  };
  return { socket, place: { address: '127.0.0.1', port }, receive };
}

describe.runIf(present)('coturn', () => {
  test('relays packets both ways with the credentials that the box gave', async () => {
    const box = await startBox();
    await running(box);
    const turn = client(await turnOf(box));
    const relayed = await turn.allocate();
    const peer = await peerSocket();
    await turn.permit(peer.place);

    const heard = peer.receive();
    turn.send(peer.place, 'can you hear me?');
    expect(await heard).toEqual({ text: 'can you hear me?', from: relayed });
    peer.socket.send('I can', relayed.port, relayed.address);
    expect(await turn.receive()).toEqual({ text: 'I can', from: peer.place });
  });

  test('refuses wrong credentials, and those whose time is over', async () => {
    const box = await startBox();
    await running(box);
    const good = await turnOf(box);
    await expect(client({ ...good, password: 'a guess' }).allocate()).rejects.toMatchObject({ code: 401 });
    const longer = good.username.replace(/^\d+/, (seconds) => String(Number(seconds) + 3600));
    await expect(client({ ...good, username: longer }).allocate()).rejects.toMatchObject({ code: 401 });

    const configuration = await readFile(join(box.dataFolder, 'turn', 'turnserver.conf'), 'utf8');
    const secret = /^static-auth-secret=(.+)$/m.exec(configuration)?.[1] ?? '';
    const credentials = (nowMs: number) => ({ port: good.port, ...turnCredentials(secret, 'someone', nowMs) });
    await expect(client(credentials(Date.now() - 86_400_000)).allocate()).rejects.toMatchObject({ code: 401 });
    await client(credentials(Date.now())).allocate();
  });

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '192.168.1.1',
    '172.31.0.1',
    '100.64.0.1',
    '169.254.1.1',
    '224.0.0.1',
    '0.0.0.0',
  ])('does not relay to %s', async (address) => {
    const turn = client(await turnOf(await withoutLan()));
    await turn.allocate();
    await expect(turn.permit({ address, port: 9 })).rejects.toMatchObject({ code: 403 });
  });

  test('relays to the Internet: a permission is had for an address of it', async () => {
    const turn = client(await turnOf(await withoutLan()));
    await turn.allocate();
    await turn.permit({ address: '9.9.9.9', port: 9 });
  });

  test('is started again when it ends, and members who asked are told meanwhile and afterwards', async () => {
    const box = await startBox();
    await running(box);
    const wire = await box.login(await box.addAccount('bob'));
    expect(await askFor(wire, 'stun')).toHaveLength(1);
    process.kill(await pidOf(box), 'SIGKILL');
    for (const action of ['delete', 'add']) {
      const push = await wire.element(({ name, attrs }) => name === 'iq' && attrs.get('type') === 'set', 'a push');
      const services = childOf(push, 'services', NS);
      expect(services && elementsOf(services).map(({ attrs }) => attrs.get('action'))).toEqual([action]);
      wire.write(`<iq type='result' id='${push.attrs.get('id')}' to='localhost'/>`);
    }
    await running(box);
    await wire.close();
  });

  test.each(['stop', 'kill'] as const)('ends with the box: %s', async (how) => {
    const box = await startBox();
    await running(box);
    const pid = await pidOf(box);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    await box[how]();
    await expect.poll(() => existsSync(`/proc/${pid}`), PATIENCE).toBe(false);
  });

  test('goes without where its port is taken: the box runs, and says why', async () => {
    const first = await startBox();
    await running(first);
    const { port } = await turnOf(first);
    const [tls_port = 0] = await freePorts(1);
    const second = await Box.start({ calls: { enabled: true, port, tls_port } });
    onTestFinished(() => second.dispose());
    await expect.poll(() => stateOf(second), PATIENCE).toBe('failed');
    const { code, stdout } = await second.cli(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/BAD {3}calls: failed: .*EADDRINUSE/);
  });
});

let lanless: Promise<Box> | undefined;
afterAll(async () => (await lanless)?.dispose());
/** One box for all who look at what is denied. */
async function withoutLan(): Promise<Box> {
  lanless ??= (async () => {
    const [port = 0, tls_port = 0, first = 0] = await freePorts(3);
    const relay_ports = first > 65_500 ? '40000-40009' : `${first}-${first + 9}`;
    const box = await Box.start({
      'server.domain': 'localhost',
      calls: { enabled: true, port, tls_port, relay_ports },
    });
    await running(box);
    return box;
  })();
  return lanless;
}

test('a box without coturn offers nothing and says how to get it', async () => {
  const box = await startBox(false, ['/usr/bin/env', 'PATH=/nowhere']);
  expect(await stateOf(box)).toBe('missing');
  const { stdout } = await box.cli(['doctor']);
  expect(stdout).toMatch(/good {2}calls: .*sudo apt install coturn/);
  const wire = await box.login(await box.addAccount('carol'));
  wire.write(`<iq type='get' id='1' to='localhost'><services xmlns='${NS}'/></iq>`);
  const answer = await wire.element(({ attrs }) => attrs.get('id') === '1', 'an answer');
  expect(answer.attrs.get('type')).toBe('error');
  await wire.close();
});
