/** A Raspberry Pi's worth of machine: QEMU's arm64 `virt` with a kernel of Debian, whose pins and bus this process holds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Errno } from './errno.ts';
import type { I2cWire } from './i2c-dev.ts';
import { type LineServer, serveLines } from './lines.ts';
import type { VmPins } from './vm-pins.ts';

export interface VmOptions {
  /** Holds vmlinuz and initrd.cpio (image.sh). */
  folder: string;
  wire: I2cWire;
  pins: VmPins;
  /** TCP ports of the guest and where this machine has them. */
  ports: readonly { guest: number; host: number }[];
}

export class Vm {
  readonly #options: VmOptions;
  readonly #sockets: string;
  #qemu: ChildProcess | undefined;
  #bus: LineServer | undefined;
  /** The serial line. */
  log = '';

  constructor(options: VmOptions) {
    this.#options = options;
    this.#sockets = mkdtempSync(join(tmpdir(), 'casp3r-vm-'));
  }

  async start(): Promise<void> {
    const { folder, ports, pins } = this.#options;
    this.#bus = await this.#serveBus();
    const wired = await pins.prepare(this.#sockets);
    const forwards = ports.map(({ guest, host }) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`).join('');
    const qemu = spawn(
      'qemu-system-aarch64',
      [
        ...['-M', 'virt', '-cpu', 'cortex-a72', '-accel', 'tcg,thread=multi', '-smp', '2', '-m', '1536'],
        ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
        ...['-kernel', join(folder, 'vmlinuz'), '-initrd', join(folder, 'initrd.cpio')],
        ...['-append', `console=ttyAMA0 quiet panic=-1 casp3r.bus=${this.#bus.port} ${wired.kernel}`],
        ...['-device', 'virtio-net-pci,netdev=net,romfile=', '-netdev', `user,id=net${forwards}`],
        ...['-object', 'rng-random,id=rng,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng'],
        ...wired.qemu,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#qemu = qemu;
    for (const stream of [qemu.stdout, qemu.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    await once(qemu, 'spawn');
    await pins.attach(() => this.running);
  }

  get running(): boolean {
    return this.#qemu?.exitCode === null;
  }

  /** A finger on a button for `ms`. */
  async press(pin: number, ms = 200): Promise<void> {
    await this.#options.pins.set(pin, 0);
    await sleep(ms);
    await this.#options.pins.set(pin, 1);
  }

  async stop(): Promise<void> {
    const qemu = this.#qemu;
    if (qemu && qemu.exitCode === null) {
      const gone = once(qemu, 'close');
      qemu.kill('SIGKILL');
      await gone;
    }
    this.#options.pins.stop();
    this.#bus?.close();
    rmSync(this.#sockets, { recursive: true, force: true });
  }

  /** The guest's /dev/i2c-1 hands each message over, and is told what came of it. */
  async #serveBus(): Promise<LineServer> {
    return serveLines((socket, lines) => {
      lines.on('line', async (line) => {
        const { id, address, bytes } = JSON.parse(line) as { id: string; address: number; bytes: string };
        const errno = await this.#options.wire.message(address, Buffer.from(bytes, 'base64')).then(
          () => 0,
          (error: unknown) => (error instanceof Errno ? error.number : Promise.reject(error)),
        );
        socket.write(`${JSON.stringify({ id, errno })}\n`);
      });
    });
  }
}
