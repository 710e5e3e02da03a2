/** The box on Debian's own kernels and Node for arm64, in QEMU: in CI, and with CASP3R_HIL=vm (docs/hardware.md). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';
import { Peer } from '../../interop/peer.ts';
import { freePorts } from '../../kit/ports.ts';
import { untilGlass, untilScanned } from '../kit/glass.ts';
import { I2cWire } from '../kit/i2c-dev.ts';
import { Vm } from '../kit/vm.ts';
import { GpioSimPins, Pl061Pins } from '../kit/vm-pins.ts';

/** Outside of the tree, so that a fresh clone finds what an older one fetched. */
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'casp3r-hil');
const IMAGE = fileURLToPath(new URL('image.sh', import.meta.url));
const CLIENT = fileURLToPath(new URL('../../interop/xmppjs_peer.mjs', import.meta.url));
const PATIENCE = { timeout: 240_000, interval: 100 };

const GUESTS = [
  { guest: 'stable', kernel: /guest: 6\.12\.\S+ aarch64/, base: 512, pair: 5, pins: () => new Pl061Pins([5, 6, 7]) },
  { guest: 'backports', kernel: /guest: \S+ aarch64/, base: 520, pair: 17, pins: () => new GpioSimPins() },
];

describe.each(GUESTS)(
  'a box on an arm64 kernel, $guest',
  { timeout: 300_000 },
  ({ guest, kernel, base, pair, pins }) => {
    const wire = new I2cWire(400_000);
    const glass = new SimulatedGlass();
    const folder = mkdtempSync(join(tmpdir(), 'casp3r-image-'));
    let vm: Vm;
    let ports: { http: number; c2s: number };
    const untilLog = async (text: string) => {
      await vi.waitUntil(() => vm.log.includes(text) || !vm.running, PATIENCE).catch(() => {});
      expect(vm.log).toContain(text);
    };

    beforeAll(async () => {
      const start = performance.now();
      const [made] = await once(spawn('bash', [IMAGE, guest, CACHE, folder], { stdio: 'inherit' }), 'close');
      expect(made, 'image.sh').toBe(0);
      const [http = 0, c2s = 0] = await freePorts(2);
      ports = { http, c2s };
      wire.plug(0x3c, glass);
      vm = new Vm({
        folder,
        wire,
        pins: pins(),
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
    }, 900_000);
    afterAll(async () => {
      console.log(vm?.log);
      await vm?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test('finds the panel and, by the name of their chip, the pins', () => {
      expect(vm.log).toMatch(kernel);
      expect(vm.log).toContain(`guest: pinctrl-bcm2711 has base ${base}`);
      expect(vm.log).toContain('a panel at 0x3c on /dev/i2c-1');
      expect(vm.log).not.toContain('a button cannot be used');
    });

    test('lets its first member in: PAIR, the QR code on the glass, an account, a login', async () => {
      const pressed = performance.now();
      await vm.press(pair);
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
      // @xmpp/client as a process, outside of the machine. The certificate is the box's own.
      const alice = new Peer(process.execPath, [CLIENT], { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
      onTestFinished(() => alice.stop());
      const service = `xmpp://127.0.0.1:${ports.c2s}`;
      alice.order('connect', { service, domain: 'box.test', username: 'alice', password: 'wonderland is near' });
      expect((await alice.event('online')).jid).toMatch(/^alice@box\.test\//);
      alice.order('say', { to: 'alice@box.test', body: 'hello from outside' });
      await alice.event('message', { body: 'hello from outside', sender: 'alice@box.test' });
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

    test('leaves the kernel without a complaint', () => {
      expect(vm.running).toBe(true);
      expect(vm.log).not.toMatch(/Oops|BUG:|Call trace|guest: the box ended/i);
    });
  },
);
