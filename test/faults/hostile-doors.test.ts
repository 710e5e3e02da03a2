/** Strangers by the thousand who hold doors open, or try keys: members elsewhere come, go and talk meanwhile. */
import { connect, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { plainResponse } from '../kit/sasl.ts';
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

test('wrong logins without pause, a thousand from one address and a thousand from 250: members log in and talk', async () => {
  const others = await start();
  const [anna] = members;
  const guesses = async (localAddress: string, tries: number, patienceMs: number) => {
    const outcomes: string[] = [];
    while (outcomes.length < tries)
      outcomes.push(await guess(anna, { localAddress, patienceMs }, `guess ${outcomes.length}`));
    return outcomes;
  };
  // The box holds answers back, so those at the one address do not wait for them: they leave and come anew.
  const fromOne = Promise.all(Array.from({ length: 40 }, () => guesses('127.0.0.9', 25, 1_000)));
  const fromMany = Promise.all(addresses(250).map((address) => guesses(address, 4, PATIENCE_MS)));
  let over = false;
  const attack = Promise.all([fromOne, fromMany]).finally(() => {
    over = true;
  });
  let roundsMeanwhile = 0;
  while (!over) {
    await others.goOn();
    if (!over) roundsMeanwhile += 1;
  }
  const [one, many] = (await attack).map((outcomes) => outcomes.flat());
  expect(roundsMeanwhile).toBeGreaterThan(0);
  expect(one).toHaveLength(1_000);
  for (const outcome of new Set(one)) expect(['not-authorized', 'policy-violation', 'unanswered']).toContain(outcome);
  expect(many).toHaveLength(1_000);
  expect(new Set(many)).toEqual(new Set(['not-authorized']));
  await others.goOn();
});

/** What became of a login: `success`, the SASL failure, the stream error, `closed`, or `unanswered`. */
async function guess(
  account: BoxAccount,
  from: { localAddress: string; patienceMs: number },
  password: string,
): Promise<string> {
  const wire = await Wire.open({ ...box.reach(), ...from });
  const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plainResponse(account.local, password)}</auth>`;
  wire.write(wire.streamHeader() + auth);
  try {
    for (;;) {
      const answer = await wire.next();
      if (!answer) return 'unanswered';
      if (answer.kind === 'closed') return 'closed';
      if (answer.kind !== 'element' || answer.node.name === 'features') continue;
      return answer.node.name === 'success' ? 'success' : (elementsOf(answer.node)[0]?.name ?? '');
    }
  } finally {
    wire.cut();
    await wire.gone();
  }
}

const memoryBytes = async () => ((await box.ask(['status'])) as { memoryBytes: number }).memoryBytes;
