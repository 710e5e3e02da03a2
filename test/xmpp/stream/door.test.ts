/** Real sockets through a real door. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  Door,
  type DoorOptions,
  type Doors,
  type Entrant,
  HTTP,
  XMPP_CLIENT,
  XMPP_SERVER,
} from '../../../xmpp/stream/door.ts';
import { endPointHash } from '../../../xmpp/stream/end-point-hash.ts';
import { Newcomers } from '../../../xmpp/stream/newcomers.ts';
import { TrustedProxies } from '../../../xmpp/stream/proxies.ts';
import { TestClock } from '../extensions/harness.ts';
import { startRig } from './rig.ts';

const ALL = [HTTP, XMPP_CLIENT, XMPP_SERVER];

interface Opened {
  port: number;
  clock: TestClock;
  doors: Doors;
  door: Door;
  /** The next that comes in. */
  entrant(): Promise<Entrant>;
  entered: Entrant[];
}

async function openDoor(
  options: Partial<DoorOptions> & { proxies?: string[]; perAddress?: number } = {},
): Promise<Opened> {
  const rig = await startRig();
  const clock = new TestClock();
  const { proxies = [], perAddress = 0, ...rest } = options;
  const doors: Doors = {
    clock,
    log: rig.context.log,
    tls: rig.context.tls,
    newcomers: new Newcomers(perAddress),
    proxies: new TrustedProxies(proxies),
  };
  const entered: Entrant[] = [];
  const waiting: ((entrant: Entrant) => void)[] = [];
  const take = (entrant: Entrant) => {
    const tell = waiting.shift();
    if (tell) tell(entrant);
    else entered.push(entrant);
  };
  const door = new Door(doors, { name: 'test', address: '127.0.0.1', port: 0, take, ...rest });
  const port = await door.start();
  onTestFinished(async () => {
    door.stop();
    for (const socket of clients.splice(0)) socket.destroy();
    await rig.stop();
  });
  const entrant = () => {
    const one = entered.shift();
    return one ? Promise.resolve(one) : new Promise<Entrant>((resolve) => waiting.push(resolve));
  };
  return { port, clock, doors, door, entrant, entered };
}

const clients: Socket[] = [];

function plain(port: number, localAddress = '127.0.0.1'): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  clients.push(socket);
  return socket;
}

function secured(port: number, options: tls.ConnectionOptions = {}): tls.TLSSocket {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  socket.on('error', () => undefined);
  clients.push(socket);
  return socket;
}

const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

/** The first `length` bytes that come. */
async function bytesOf(socket: Socket, length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const chunk: unknown = socket.read();
    if (chunk === null) await once(socket, 'readable');
    else text += chunk;
  }
  return text;
}

describe('a port of several protocols', () => {
  it.each(ALL)('gives on by ALPN: %s', async (protocol) => {
    const { port, entrant } = await openDoor({ alpn: ALL });
    const client = secured(port, { ALPNProtocols: ['something/2', protocol] });
    const [entered] = await Promise.all([entrant(), once(client, 'secureConnect')]);
    expect(entered.protocol).toBe(protocol);
    expect(client.alpnProtocol).toBe(protocol);
  });

  it.each([
    ['<', XMPP_CLIENT],
    ['<?xml', XMPP_CLIENT],
    ['GET / HTTP/1.1', HTTP],
    ['\r\n', HTTP],
  ])('tells who negotiates none by the first byte, and keeps it: %j is %s', async (first, protocol) => {
    const { port, entrant } = await openDoor({ alpn: ALL });
    secured(port).write(first);
    const { protocol: told, socket } = await entrant();
    expect(told).toBe(protocol);
    expect(await bytesOf(socket, first.length)).toBe(first);
  });

  it('says no_application_protocol to who offers only others', async () => {
    const { port, entered } = await openDoor({ alpn: ALL });
    const [error] = await new Promise<Error[]>((resolve) =>
      secured(port, { ALPNProtocols: ['h2', 'imap'] }).on('error', (...given) => resolve(given)),
    );
    expect(error).toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' });
    expect(entered).toEqual([]);
  });

  it('a port of one protocol does not wait for the first byte of who negotiates none', async () => {
    const { port, entrant } = await openDoor({ alpn: [XMPP_CLIENT] });
    secured(port);
    expect((await entrant()).protocol).toBe(XMPP_CLIENT);
  });

  it('tells what channel bindings need, the same on both sides', async () => {
    const { port, entrant } = await openDoor({ alpn: ALL });
    const client = secured(port, { ALPNProtocols: [XMPP_CLIENT] });
    const [{ tls: known }] = await Promise.all([entrant(), once(client, 'secureConnect')]);
    expect(known?.protocol).toBe('TLSv1.3');
    expect(known?.exporter).toEqual(client.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
    expect(known?.identity.endPointHash).toEqual(endPointHash(client.getPeerCertificate().raw));
  });

  it('shows the identity that belongs to the name asked for, and knows it', async () => {
    const { port, entrant, doors } = await openDoor({ alpn: ALL });
    const asked: (string | undefined)[] = [];
    const { identity } = doors.tls;
    const other = { ...identity, endPointHash: Buffer.from('the other') };
    doors.tls.identityFor = (name) => {
      asked.push(name);
      return name === 'other.test' ? other : identity;
    };
    secured(port, { ALPNProtocols: [XMPP_CLIENT], servername: 'other.test' });
    expect((await entrant()).tls?.identity).toBe(other);
    expect(asked).toContain('other.test');
    secured(port, { ALPNProtocols: [XMPP_CLIENT], servername: '' });
    expect((await entrant()).tls?.identity).toBe(identity);
  });
});

describe('strangers', () => {
  it('have ten seconds to say something, whatever they are at, and half a minute in all', async () => {
    const { port, clock, doors, entered } = await openDoor({ alpn: ALL, proxies: ['127.0.0.5'] });
    const silent = [plain(port), plain(port, '127.0.0.5')];
    const halfway = plain(port);
    halfway.write(Buffer.from('1603010200', 'hex'));
    const mute = secured(port);
    await once(mute, 'secureConnect');
    await expect.poll(() => doors.newcomers.count).toBe(3);
    const silentGone = silent.map(closed);
    clock.pass(10_000);
    await Promise.all(silentGone);
    expect([halfway.destroyed, mute.destroyed]).toEqual([false, false]);
    const othersGone = [halfway, mute].map(closed);
    for (let n = 0; n < 2; n += 1) clock.pass(10_000);
    await Promise.all(othersGone);

    const dripping = plain(port);
    const dripped = closed(dripping);
    for (let n = 0; n < 3; n += 1) {
      await new Promise((resolve) => dripping.write(Buffer.from('160301', 'hex').subarray(n, n + 1), resolve));
      for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
      expect(dripping.destroyed).toBe(false);
      clock.pass(10_000);
    }
    await dripped;
    expect(entered).toEqual([]);
    await expect.poll(() => doors.newcomers.count).toBe(0);
  });

  it('are counted until they are admitted or gone, by their address', async () => {
    const { port, entrant, doors } = await openDoor({ perAddress: 2 });
    plain(port);
    const second = plain(port);
    const first = await entrant();
    await entrant();
    await closed(plain(port));
    plain(port, '127.0.0.2');
    expect((await entrant()).address).toBe('127.0.0.2');
    first.admitted();
    plain(port);
    await entrant();
    second.destroy();
    await expect.poll(() => doors.newcomers.count).toBe(2);
  });

  it('are closed when the door closes; those that came in go on', async () => {
    const { port, door, entrant } = await openDoor({ alpn: ALL });
    const inside = secured(port, { ALPNProtocols: [XMPP_CLIENT] });
    const { socket } = await entrant();
    const outside = plain(port);
    await once(outside, 'connect');
    // Accepted by the box as well: what it says has been read.
    outside.write(Buffer.from('16', 'hex'));
    const gone = closed(outside);
    door.stop();
    await gone;
    socket.write('still here');
    expect(await bytesOf(inside, 10)).toBe('still here');
  });
});

describe('a trusted proxy', () => {
  const header = 'PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\n';

  it('tells the address that counts, byte by byte if it likes, and the rest is the client’s', async () => {
    const counted: string[] = [];
    const { port, entrant } = await openDoor({
      proxies: ['127.0.0.0/8'],
      count: (address) => {
        counted.push(address);
        return () => undefined;
      },
    });
    const client = plain(port);
    client.setNoDelay(true);
    for (const byte of header.slice(0, -1)) {
      client.write(byte);
      await new Promise(setImmediate);
    }
    client.write('\n<stream');
    const { address, socket } = await entrant();
    expect(address).toBe('203.0.113.7');
    expect(counted).toEqual(['203.0.113.7']);
    expect(await bytesOf(socket, 7)).toBe('<stream');
  });

  it.each([true, false])('stands before TLS as well; header and handshake in one piece: %s', async (together) => {
    const { port, entrant } = await openDoor({ alpn: ALL, proxies: ['127.0.0.1'] });
    const raw = plain(port);
    await once(raw, 'connect');
    if (together) {
      raw.cork();
      raw.write(header);
      process.nextTick(() => process.nextTick(() => raw.uncork()));
    } else {
      raw.write(header);
      await new Promise(setImmediate);
    }
    const client = secured(port, { socket: raw, ALPNProtocols: [XMPP_CLIENT] });
    const { address, protocol, socket } = await entrant();
    expect({ address, protocol }).toEqual({ address: '203.0.113.7', protocol: XMPP_CLIENT });
    client.write('<stream');
    expect(await bytesOf(socket, 7)).toBe('<stream');
  });

  it('that speaks for itself counts as itself', async () => {
    const { port, entrant } = await openDoor({ proxies: ['127.0.0.1'] });
    plain(port).write(Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'));
    expect((await entrant()).address).toBe('127.0.0.1');
  });

  it('must say it; nobody else may', async () => {
    const { port, entered, entrant } = await openDoor({ proxies: ['127.0.0.1'] });
    const silent = plain(port);
    silent.write("<?xml version='1.0'?>");
    await closed(silent);
    expect(entered).toEqual([]);
    plain(port, '127.0.0.2').write(header);
    const { address, socket } = await entrant();
    expect(address).toBe('127.0.0.2');
    expect(await bytesOf(socket, header.length)).toBe(header);
  });
});

describe('TrustedProxies', () => {
  it('knows addresses and ranges of both families, and a mapped address by its IPv4', () => {
    const proxies = new TrustedProxies(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32']);
    for (const address of ['127.0.0.1', '10.200.3.4', '2001:db8:5::1']) expect(proxies.has(address)).toBe(true);
    for (const address of ['127.0.0.2', '11.0.0.1', '2001:db9::1', '', 'box']) expect(proxies.has(address)).toBe(false);
  });

  it.each(['', 'box.test', '10.0.0.0/33', '10.0.0.0/', '::1/129', '10.0.0', 'fe80::1%eth0'])('refuses %j', (place) => {
    expect(() => new TrustedProxies([place])).toThrow('is no address');
  });
});
