/** The proxy over real sockets: who is let in, who is turned away, and what goes through. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Bytestreams } from '../../../xmpp/bytestreams/bytestreams.ts';
import { ProxyListener } from '../../../xmpp/bytestreams/proxy-listener.ts';
import { systemClock } from '../../../xmpp/clock.ts';
import { silentLog } from '../extensions/harness.ts';

const HASH = createHash('sha1').update('sid').digest('hex');
const GREETING = Buffer.from([5, 1, 0]);
const requestFor = (host: string, command = 1, type = 3) =>
  Buffer.concat([Buffer.from([5, command, 0, type, host.length]), Buffer.from(host), Buffer.alloc(2)]);
const accepted = Buffer.concat([Buffer.from([5, 0, 0, 3, 40]), Buffer.from(HASH), Buffer.alloc(2)]);

async function openProxy() {
  const bytestreams = new Bytestreams(systemClock);
  const listener = new ProxyListener({
    address: '127.0.0.1',
    port: 0,
    bytestreams,
    clock: systemClock,
    log: silentLog,
  });
  const port = await listener.start();
  onTestFinished(() => listener.stop());
  const open = () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    return new Party(socket);
  };
  const enter = async (hash = HASH) => {
    const party = open();
    party.socket.write(GREETING);
    await party.read(2);
    party.socket.write(requestFor(hash));
    await party.read(accepted.length);
    return party;
  };
  return { bytestreams, open, enter };
}

class Party {
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
    });
  }

  async read(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) await once(this.socket, 'data');
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  /** All that comes until the other side says goodbye. */
  async rest(): Promise<Buffer> {
    if (!this.socket.readableEnded) await Promise.race([once(this.socket, 'end'), once(this.socket, 'close')]);
    return this.#bytes;
  }
}

it('two parties that name one hash talk to each other once the bytestream is active', async () => {
  const { bytestreams, enter } = await openProxy();
  const one = await enter();
  expect(bytestreams.activate(HASH)).toBe('one party');
  const other = await enter();
  expect(bytestreams.activate('0'.repeat(40))).toBe('nobody');
  expect(bytestreams.activate(HASH)).toBe('active');
  const file = randomBytes(3_000_000);
  one.socket.write(file);
  expect((await other.read(file.length)).equals(file)).toBe(true);
  other.socket.end('thanks');
  expect((await one.rest()).toString()).toBe('thanks');
  one.socket.end('bye');
  expect((await other.rest()).toString()).toBe('bye');
});

it('the handshake may come in single bytes or in one piece, its hash in capitals', async () => {
  const { bytestreams, open } = await openProxy();
  const [slow, quick] = [open(), open()];
  for (const byte of Buffer.concat([GREETING, requestFor(HASH.toUpperCase())])) {
    await new Promise<void>((resolve) => slow.socket.write(Buffer.from([byte]), () => resolve()));
  }
  quick.socket.write(Buffer.concat([GREETING, requestFor(HASH)]));
  for (const party of [slow, quick]) {
    expect(await party.read(2 + accepted.length)).toEqual(Buffer.concat([Buffer.from([5, 0]), accepted]));
  }
  expect(bytestreams.activate(HASH)).toBe('active');
});

it.each([
  ['a host of the network', requestFor('example.com'), 2],
  ['a host as long as a hash', requestFor('x'.repeat(40)), 2],
  ['an IPv4 address', Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, 0, 80]), 8],
  ['BIND', requestFor(HASH, 2), 7],
  ['UDP ASSOCIATE', requestFor(HASH, 3), 7],
])('%s is refused', async (_, request, code) => {
  const { open } = await openProxy();
  const party = open();
  party.socket.write(GREETING);
  await party.read(2);
  party.socket.write(request);
  expect([...(await party.rest())]).toEqual([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
});

it('SOCKS4, other protocols and a demand for passwords are turned away', async () => {
  const { open } = await openProxy();
  for (const [said, answer] of [
    [Buffer.from([4, 1, 0, 80, 127, 0, 0, 1, 0]), []],
    [Buffer.from('GET / HTTP/1.1\r\n\r\n'), []],
    [Buffer.from([5, 1, 2]), [5, 0xff]],
  ] as const) {
    const party = open();
    party.socket.write(said);
    expect([...(await party.rest())]).toEqual(answer);
  }
});

it('a third party is refused, and what is said too early is not heard', async () => {
  const { bytestreams, enter, open } = await openProxy();
  const [one, other] = [await enter(), await enter()];
  const third = open();
  third.socket.write(Buffer.concat([GREETING, requestFor(HASH)]));
  expect([...(await third.rest())].slice(2, 4)).toEqual([5, 2]);
  one.socket.write('early');
  await enter('1'.repeat(40));
  bytestreams.activate(HASH);
  one.socket.end('in time');
  expect((await other.rest()).toString()).toBe('in time');
});

it('a party that leaves before the activation takes its place with it', async () => {
  const { bytestreams, enter } = await openProxy();
  const [one, other] = [await enter(), await enter()];
  one.socket.destroy();
  await other.rest();
  expect(bytestreams.activate(HASH)).toBe('nobody');
});

it('an address has so many connections and no more', async () => {
  const { open } = await openProxy();
  const parties = Array.from({ length: 40 }, () => open());
  const answers = await Promise.all(
    parties.map(async (party) => {
      party.socket.write(GREETING);
      return new Promise<string>((resolve) => {
        party.socket.once('data', () => resolve('let in')).once('close', () => resolve('turned away'));
      });
    }),
  );
  expect(answers.filter((answer) => answer === 'let in')).toHaveLength(32);
});
