/** Two thousand idle clients over TLS that lose their connections at once, as when a router restarts, and come back all together. */
import { afterEach, expect, test } from 'vitest';
import { Box, type BoxAccount } from '../kit/box.ts';
import { Managed } from '../kit/managed.ts';
import { Wire } from '../kit/wire.ts';
import { bodyOf } from './archive.ts';

const MEMBERS = 200;
const DEVICES = 10;
const AT_ONCE = 25;
/** A box that is busy with all of them answers each late. */
const PATIENCE_MS = 60_000;
/** What one idle session may cost the box, its TLS included; Node's own buffers for TLS are most of it. */
const SESSION_BYTES = 250 * 1024;

interface Device {
  account: BoxAccount;
  managed: Managed;
  jid: string;
  /** Bodies of what came, in order. */
  came: string[];
}

let box: Box;

afterEach(async () => {
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
  await box.dispose();
});

test('2,000 idle sessions are cut at once and resumed at once: nothing is lost, nothing comes twice', async () => {
  box = await Box.start({
    log: 'info',
    'limits.streams_per_address': MEMBERS * DEVICES + 1,
    'limits.stanzas_per_second': 0,
  });
  const accounts = await Promise.all(Array.from({ length: MEMBERS }, (_, n) => box.addAccount(`member${n}`)));
  const before = await memoryBytes();
  const places = accounts.flatMap((account) => Array.from({ length: DEVICES }, (_, n) => ({ account, n })));
  const devices: Device[] = [];
  const sitDown = async () => {
    for (let place = places.pop(); place; place = places.pop()) devices.push(await online(place.account, place.n));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sitDown));
  expect((await memoryBytes()) - before).toBeLessThan(MEMBERS * DEVICES * SESSION_BYTES);

  for (const { managed } of devices) managed.wire.cut();
  const sender = await Wire.login({ ...box.reach(), ...credentials(accounts[0]), patienceMs: PATIENCE_MS });
  const sending = await Managed.enable(sender);
  for (const { jid } of devices) sender.write(`<message to='${jid}' type='chat'><body>for ${jid}</body></message>`);
  for (const { jid } of accounts)
    sender.write(`<message to='${jid}' type='chat'><body>for all of ${jid}</body></message>`);
  while (sending.acknowledged < devices.length + accounts.length) await sending.request();

  await Promise.all(devices.map(comeBack));
  await Promise.all(devices.map(async ({ managed }) => managed.request()));
  for (const { account, jid, came } of devices) {
    expect(came.toSorted()).toEqual([`for all of ${account.jid}`, `for ${jid}`]);
  }
  // And they are as well as before: what is said now comes as well, once.
  for (const { jid } of accounts) sender.write(`<message to='${jid}' type='chat'><body>again</body></message>`);
  await sending.request();
  await Promise.all(devices.map(async ({ managed }) => managed.request()));
  expect(devices.filter(({ came }) => came.filter((body) => body === 'again').length === 1)).toHaveLength(
    devices.length,
  );
});

const credentials = (account: BoxAccount | undefined) => ({
  local: account?.local ?? '',
  password: account?.password ?? '',
});

async function open(account: BoxAccount): Promise<Wire> {
  const wire = await Wire.open({ ...box.reach('tls'), patienceMs: PATIENCE_MS });
  await wire.openStream();
  await wire.authenticate(account.local, account.password, 'SCRAM-SHA-256');
  return wire;
}

async function online(account: BoxAccount, n: number): Promise<Device> {
  const wire = await open(account);
  const jid = await wire.bind(`device${n}`);
  const managed = await Managed.enable(wire);
  const device: Device = { account, managed, jid, came: [] };
  listen(wire, device.came);
  wire.write('<presence/>');
  await managed.request();
  return device;
}

async function comeBack(device: Device): Promise<void> {
  const wire = await open(device.account);
  // What it missed comes along with the answer.
  listen(wire, device.came);
  device.managed = await Managed.resume(device.managed, wire);
}

function listen(wire: Wire, came: string[]): void {
  wire.intercept((node) => {
    if (node.name === 'message') came.push(bodyOf(node));
    return false;
  });
}

const memoryBytes = async () => ((await box.ask(['status'])) as { memoryBytes: number }).memoryBytes;
