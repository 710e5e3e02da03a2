import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { smallDisk } from '../kit/small-disk.ts';
import { childOf, type Tree } from '../kit/tree.ts';
import type { Wire } from '../kit/wire.ts';
import { SeededRandom } from './random.ts';

const NS_UPLOAD = 'urn:xmpp:http:upload:0';
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const KILLS = 20;
const AT_ONCE = 4;

interface Answer {
  status: number;
  body: Buffer;
}

test(`after each of ${KILLS} kills every file that was acknowledged is there whole, and no other is served`, async () => {
  const box = await Box.start({ 'limits.stanzas_per_second': 0, 'upload.quota_bytes': 0 });
  onTestFinished(() => box.dispose());
  const member = await box.addAccount('anna');
  const random = new SeededRandom('uploads');
  const stored = new Map<string, string>();
  const lost: string[] = [];
  for (let round = 1; round <= KILLS; round += 1) {
    const tried = await uploadUntilKilled(box, member, random.between(1, 24), stored);
    await box.boot();
    for (const [url, hash] of [...stored].slice(-40)) {
      const got = await ask(box, 'GET', url);
      if (got.status !== 200 || hashOf(got.body) !== hash) lost.push(`${url} after kill ${round}`);
    }
    for (const [url, hash] of tried) {
      if (stored.has(url)) continue;
      const got = await ask(box, 'GET', url);
      if (got.status !== 404 && hashOf(got.body) !== hash) lost.push(`half of ${url} after kill ${round}`);
      if (got.status === 200) stored.set(url, hash);
    }
  }
  expect(lost).toEqual([]);
  expect(readdirSync(join(box.dataFolder, 'uploads'))).toHaveLength(stored.size);
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
  console.info(`kill -9: ${KILLS} kills, ${stored.size} files acknowledged or whole`);
});

test('a full disk is told over XMPP and HTTP, leaves no half file, and is over as soon as there is room', async (context) => {
  const { home, data } = smallDisk(context, '64m');
  const box = await Box.start({}, home);
  onTestFinished(() => box.kill());
  const wire = await box.login(await box.addAccount('anna'), 'home');
  const body = randomBytes(8_000_000);
  const [early, during] = [await slotFor(wire, body.length), await slotFor(wire, body.length)];

  // Full before it begins: told at once; the same to who asks for a slot.
  fill(data, 17_000_000);
  expect((await ask(box, 'PUT', early, body)).status).toBe(507);
  const refused = await requestSlot(wire, body.length);
  const error = childOf(refused, 'error');
  expect(error?.attrs.get('type')).toBe('wait');
  expect(error && childOf(error, 'resource-constraint', NS_STANZAS)).toBeDefined();
  expect(error && childOf(error, 'retry', NS_UPLOAD)).toBeDefined();

  // Full in the middle.
  rmSync(join(data, 'ballast'));
  const put = ask(box, 'PUT', during, body, () => fill(data, 1_000_000));
  expect((await put).status).toBe(507);
  expect(readdirSync(join(data, 'uploads'))).toEqual([]);
  for (const url of [early, during]) expect((await ask(box, 'GET', url)).status).toBe(404);

  // With room the same slots are good.
  rmSync(join(data, 'ballast'));
  for (const url of [early, during]) {
    expect((await ask(box, 'PUT', url, body)).status).toBe(201);
    expect(hashOf((await ask(box, 'GET', url)).body)).toBe(hashOf(body));
  }
  await wire.close();
  await box.stop();
});

/** Resolves with all that was tried; what was acknowledged goes into `stored`. */
async function uploadUntilKilled(box: Box, member: BoxAccount, count: number, stored: Map<string, string>) {
  const wire = await box.login(member, 'home');
  const tried = new Map<string, string>();
  let done = 0;
  let dead = false;
  let enough = () => {};
  const reached = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const one = async (): Promise<void> => {
    while (!dead) {
      const body = randomBytes(300_000);
      const url = await slotFor(wire, body.length).catch(() => undefined);
      if (url === undefined) return;
      tried.set(url, hashOf(body));
      const answer = await ask(box, 'PUT', url, body).catch(() => undefined);
      if (answer?.status !== 201) return;
      stored.set(url, hashOf(body));
      done += 1;
      if (done >= count) enough();
    }
  };
  // Requests for slots share a stream, and so take turns: each asks under its own id.
  const busy = Array.from({ length: AT_ONCE }, one);
  await Promise.race([reached, Promise.all(busy)]);
  expect(done).toBeGreaterThanOrEqual(count);
  await box.kill();
  dead = true;
  await Promise.all(busy);
  return tried;
}

let slots = 0;

function requestSlot(wire: Wire, bytes: number): Promise<Tree> {
  slots += 1;
  const ask = `<request xmlns='${NS_UPLOAD}' filename='a.bin' size='${bytes}'/>`;
  return wire.query(`<iq type='get' id='slot-${slots}' to='upload.${wire.domain}'>${ask}</iq>`, `slot-${slots}`);
}

async function slotFor(wire: Wire, bytes: number): Promise<string> {
  const slot = childOf(await requestSlot(wire, bytes), 'slot', NS_UPLOAD);
  const url = slot && childOf(slot, 'put', NS_UPLOAD)?.attrs.get('url');
  if (url === undefined) throw new Error('no slot');
  return url;
}

/** At the address of the slot, its certificate verified; `midway` runs when half of the body is on its way. */
function ask(box: Box, method: string, url: string, body?: Buffer, midway?: () => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      ca: readFileSync(box.certificateFile),
      agent: false,
      headers: body ? { 'Content-Length': body.length } : {},
      lookup: (_name, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    sent.on('error', reject).on('response', (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) }));
      answer.on('error', reject);
    });
    if (!body) {
      sent.end();
      return;
    }
    const half = Math.floor(body.length / 2);
    sent.write(body.subarray(0, half), () => {
      midway?.();
      sent.end(body.subarray(half));
    });
  });
}

function fill(folder: string, leave: number): void {
  const { bavail, bsize } = statfsSync(folder);
  try {
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(bavail * bsize - leave));
  } catch (error) {
    // The box took what was to be left over: it is as full as it can be.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
