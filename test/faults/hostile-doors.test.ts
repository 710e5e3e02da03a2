/** Strangers by the thousand who hold doors open, or try keys: members elsewhere come, go and talk meanwhile. */
import { connect, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { elementsOf } from '../kit/tree.ts';
import { Wire } from '../kit/wire.ts';
import { Bystanders } from './bystanders.ts';

/** The first bytes of a handshake, which promise more than come. */
const HALF_A_HELLO = Buffer.from('16030102000100', 'hex');
const HALF_A_REQUEST = 'GET / HTTP/1.1\r\nHost: box.test\r\nX-';
const HALF_A_FORM = 'POST /j HTTP/1.1\r\nHost: box.test\r\nContent-Length: 5000\r\n\r\ncode=';
const HALF_A_STREAM = "<stream:stream xmlns='jabber:client' to='";
/** What the box may need for all of them together. */
const BOUND_BYTES = 400 * 1024 * 1024;
const PATIENCE_MS = 60_000;

let box: Box;
let members: [BoxAccount, BoxAccount];
const held = new Set<Socket>();

async function start(): Promise<Bystanders> {
  box = await Box.start({ log: 'info' });
  members = [await box.addAccount('anna'), await box.addAccount('ben')];
  return Bystanders.of(box, members);
}

afterEach(async () => {
  for (const socket of held) socket.destroy();
  held.clear();
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
  await box.dispose();
});

/** Places that nobody else in these tests comes from. */
const addresses = (count: number) => Array.from({ length: count }, (_, n) => `127.1.${n >> 7}.${(n & 0x7f) + 1}`);

function hold(socket: Socket): Socket {
  held.add(socket);
  return socket
    .on('error', () => undefined)
    .on('close', () => held.delete(socket))
    .resume();
}

async function drip(port: number, localAddress: string, bytes: string | Buffer): Promise<void> {
  const socket = hold(connect({ port, host: '127.0.0.1', localAddress }));
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  if (bytes.length > 0) socket.write(bytes);
}

async function dripSecurely(port: number, localAddress: string, alpn: string, text: string): Promise<void> {
  const place = { port, host: '127.0.0.1', localAddress };
  const socket = tls.connect({ ...place, rejectUnauthorized: false, ALPNProtocols: [alpn] });
  hold(socket);
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  socket.write(text);
}

test('connections that say little or nothing, from one address and from very many, keep nobody else out', async () => {
  const others = await start();
  const before = await memoryBytes();
  const { c2s, c2sTls, http, https } = box.ports;

  // From one address, as many as it can open at each port.
  const one = '127.0.0.9';
  for (const port of [c2s, c2sTls, http, https]) {
    await Promise.all(Array.from({ length: 300 }, () => drip(port, one, '')));
  }
  await others.goOn();

  // From a hundred: more than there are places for strangers, at every port and at every stage.
  for (const address of addresses(100)) {
    const each = [
      [c2s, ''],
      [c2s, HALF_A_STREAM],
      [c2sTls, ''],
      [c2sTls, HALF_A_HELLO],
      [http, HALF_A_REQUEST],
      [http, HALF_A_FORM],
      [https, ''],
      [https, HALF_A_HELLO],
    ] as const;
    await Promise.all(each.flatMap(([port, bytes]) => [1, 2, 3].map(() => drip(port, address, bytes))));
  }
  for (const address of addresses(40)) {
    await Promise.all([
      dripSecurely(c2sTls, address, 'xmpp-client', HALF_A_STREAM),
      dripSecurely(https, address, 'xmpp-client', HALF_A_STREAM),
      dripSecurely(https, address, 'http/1.1', HALF_A_REQUEST),
      dripSecurely(https, address, 'http/1.1', HALF_A_FORM),
    ]);
  }
  expect(held.size).toBeGreaterThan(1_500);
  await others.goOn();
  expect((await memoryBytes()) - before).toBeLessThan(BOUND_BYTES);
});

test('wrong logins without pause, from one address and from very many: the member meant and others log in', async () => {
  const others = await start();
  const [anna] = members;
  const outcomes: string[] = [];
  /** The box holds up who guesses, so that all of their tries would take minutes. */
  let enough = false;
  const guessFrom = async (address: string, tries: number) => {
    for (let count = 0; count < tries && !enough; count += 1)
      outcomes.push(await guess(anna, address, `guess ${count}`));
  };
  const fromOne = Array.from({ length: 10 }, () => guessFrom('127.0.0.9', 100));
  const fromMany = addresses(250).map((address) => guessFrom(address, 4));
  let over = false;
  const attack = Promise.all([...fromOne, ...fromMany]).then(() => {
    over = true;
  });
  let rounds = 0;
  for (; !over && rounds < ROUNDS; rounds += 1) await others.goOn();
  enough = true;
  await attack;
  expect(rounds).toBeGreaterThan(0);
  expect(outcomes.length).toBeGreaterThan(250);
  expect(outcomes).not.toContain('success');
  await others.goOn();
});

/** Of the members, while the guessing goes on. */
const ROUNDS = 8;

/** What became of a login: `success`, the SASL failure, the stream error, or `closed`. */
async function guess(account: BoxAccount, localAddress: string, password: string): Promise<string> {
  const wire = await Wire.open({ ...box.reach(), localAddress, patienceMs: PATIENCE_MS });
  try {
    await wire.openStream();
    const data = Buffer.from(`\0${account.local}\0${password}`).toString('base64');
    wire.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${data}</auth>`);
    const answer = await wire.take(({ kind }) => kind === 'element' || kind === 'closed', 'an answer');
    if (answer.kind !== 'element') return answer.kind;
    return answer.node.name === 'success' ? 'success' : (elementsOf(answer.node)[0]?.name ?? '');
  } finally {
    wire.cut();
    await wire.gone();
  }
}

const memoryBytes = async () => ((await box.ask(['status'])) as { memoryBytes: number }).memoryBytes;
