/** The box on Debian's own kernel and Node for arm64, in QEMU: with CASP3R_HIL=vm (docs/hardware.md). */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';
import { freePorts } from '../../kit/ports.ts';
import { Wire } from '../../kit/wire.ts';
import { untilGlass, untilScanned } from '../kit/glass.ts';
import { I2cWire } from '../kit/i2c-dev.ts';
import { Vm } from '../kit/vm.ts';

const CACHE = process.env.CASP3R_VM_CACHE ?? join(homedir(), '.cache', 'casp3r-vm');
const IMAGE = fileURLToPath(new URL('image.sh', import.meta.url));
const PAIR = 5;
const PATIENCE = { timeout: 150_000, interval: 100 };

describe('a box on an arm64 kernel', () => {
  const wire = new I2cWire(400_000);
  const glass = new SimulatedGlass();
  let vm: Vm;
  let ports: { http: number; c2s: number };
  const untilLog = (text: string) => vi.waitFor(() => expect(vm.log).toContain(text), PATIENCE);

  beforeAll(async () => {
    mkdirSync(CACHE, { recursive: true });
    const start = performance.now();
    const made = spawnSync('bash', [IMAGE, CACHE], { stdio: 'inherit' });
    expect(made.status).toBe(0);
    const [http = 0, c2s = 0] = await freePorts(2);
    ports = { http, c2s };
    wire.plug(0x3c, glass);
    vm = new Vm({
      folder: CACHE,
      wire,
      pins: [5, 6, 7],
      ports: [
        { guest: 5280, host: http },
        { guest: 5222, host: c2s },
      ],
    });
    const boot = performance.now();
    await vm.start();
    await untilLog('info  ready');
    const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
    console.log(`image ${seconds(start, boot)} s, from power-on to ready ${seconds(boot, performance.now())} s`);
  });
  afterAll(async () => {
    console.log(vm?.log);
    await vm?.stop();
  });

  test('lets its first member in: PAIR, the QR code on the glass, an account, a login', async () => {
    expect(vm.log).toContain('a panel at 0x3c on /dev/i2c-1');
    expect(vm.log).not.toContain('a button cannot be used');
    const pressed = performance.now();
    await vm.press(PAIR);
    const address = await untilScanned(glass);
    console.log(`press of 200 ms to QR code: ${Math.round(performance.now() - pressed)} ms`);
    expect(glass.unknown).toEqual([]);

    const scanned = new URL(address);
    const page = `http://127.0.0.1:${ports.http}${scanned.pathname}`;
    const made = await fetch(page, {
      method: 'POST',
      headers: { Host: scanned.host, Origin: scanned.origin },
      body: new URLSearchParams({ name: 'alice', password: 'wonderland is near' }),
    });
    expect([made.status, await made.text()]).toEqual([200, expect.stringContaining('alice@box.test')]);
    const alice = await Wire.login({
      port: ports.c2s,
      domain: 'box.test',
      security: 'starttls',
      local: 'alice',
      password: 'wonderland is near',
    });
    expect(alice.jid).toMatch(/^alice@box\.test\//);
    await alice.close();
  });

  test('goes on without its panel, and shows the picture again when it is back', async () => {
    wire.unplug(0x3c);
    await untilLog('nothing answers (EREMOTEIO)');
    glass.powerCycle();
    wire.plug(0x3c, glass);
    await untilGlass(glass, (frame) => glass.lit && frame.some((byte) => byte !== 0));
    wire.hung = true;
    await untilLog('the bus hangs (ETIMEDOUT)');
    wire.hung = false;
    await vi.waitFor(() => expect(vm.log.match(/the panel shows its picture/g)).toHaveLength(3), PATIENCE);
  });
});
