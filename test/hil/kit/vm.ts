/** A Raspberry Pi's worth of machine: QEMU's arm64 `virt` with Debian's kernel, whose pins and bus this process holds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Errno } from './errno.ts';
import type { I2cWire } from './i2c-dev.ts';

export interface VmOptions {
  /** Holds vmlinuz and initrd.cpio (image.sh). */
  folder: string;
  wire: I2cWire;
  /** Pins that are pulled up. */
  pins: readonly number[];
  /** TCP ports of the guest and where this machine has them. */
  ports: readonly { guest: number; host: number }[];
}

export class Vm {
  readonly #options: VmOptions;
  readonly #sockets: string;
  #qemu: ChildProcess | undefined;
  #bus: Server | undefined;
  #monitor: Monitor | undefined;
  #pins: Monitor | undefined;
  #chip = '';
  /** The serial line. */
  log = '';

  constructor(options: VmOptions) {
    this.#options = options;
    this.#sockets = mkdtempSync(join(tmpdir(), 'casp3r-vm-'));
  }

  async start(): Promise<void> {
    const { folder, ports, pins } = this.#options;
    const bus = await this.#serveBus();
    const forwards = ports.map(({ guest, host }) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`).join('');
    const socket = (name: string) => `unix:${join(this.#sockets, name)},server=on,wait=off`;
    const qemu = spawn(
      'qemu-system-aarch64',
      [
        ...['-M', 'virt', '-cpu', 'cortex-a72', '-accel', 'tcg,thread=multi', '-smp', '2', '-m', '1536'],
        ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', 'stdio'],
        ...['-kernel', join(folder, 'vmlinuz'), '-initrd', join(folder, 'initrd.cpio')],
        ...['-append', `console=ttyAMA0 quiet panic=-1 casp3r.bus=${bus}`],
        ...['-device', 'virtio-net-pci,netdev=net,romfile=', '-netdev', `user,id=net${forwards}`],
        ...['-object', 'rng-random,id=rng,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng'],
        ...['-qmp', socket('monitor'), '-qtest', socket('pins'), '-qtest-log', '/dev/null'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#qemu = qemu;
    for (const stream of [qemu.stdout, qemu.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    this.#monitor = await Monitor.open(join(this.#sockets, 'monitor'));
    this.#pins = await Monitor.open(join(this.#sockets, 'pins'));
    await this.#monitor.next();
    await this.#ask('qmp_capabilities', {});
    const devices = (await this.#ask('qom-list', { path: '/machine/unattached' })) as { name: string; type: string }[];
    this.#chip = `/machine/unattached/${devices.find(({ type }) => type === 'child<pl061>')?.name}`;
    for (const pin of pins) await this.set(pin, 1);
  }

  async set(pin: number, level: 0 | 1): Promise<void> {
    await this.#pins?.say(`set_irq_in ${this.#chip} unnamed-gpio-in ${pin} ${level}`);
  }

  /** A finger on a button for `ms`. */
  async press(pin: number, ms = 200): Promise<void> {
    await this.set(pin, 0);
    await sleep(ms);
    await this.set(pin, 1);
  }

  async stop(): Promise<void> {
    const qemu = this.#qemu;
    if (qemu && qemu.exitCode === null) {
      const gone = once(qemu, 'close');
      qemu.kill('SIGKILL');
      await gone;
    }
    this.#bus?.close();
    rmSync(this.#sockets, { recursive: true, force: true });
  }

  async #ask(execute: string, args: object): Promise<unknown> {
    const answer = JSON.parse((await this.#monitor?.say(JSON.stringify({ execute, arguments: args }))) ?? '{}');
    if ('error' in answer) throw new Error(`QEMU: ${JSON.stringify(answer.error)}`);
    return answer.return;
  }

  /** The guest's /dev/i2c-1 hands each message over, and is told what came of it. Returns the port. */
  async #serveBus(): Promise<number> {
    const server = createServer((socket) => {
      socket.setNoDelay(true);
      const lines = readLines(socket);
      lines.on('line', async (line) => {
        const { id, address, bytes } = JSON.parse(line) as { id: string; address: number; bytes: string };
        const errno = await this.#options.wire.message(address, Buffer.from(bytes, 'base64')).then(
          () => 0,
          (error: unknown) => (error instanceof Errno ? error.number : Promise.reject(error)),
        );
        socket.write(`${JSON.stringify({ id, errno })}\n`);
      });
    }).listen(0, '127.0.0.1');
    this.#bus = server;
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
}

/** A guest that is switched off in the middle of a line is no error. */
function readLines(socket: Socket): Interface {
  return createInterface({ input: socket.on('error', () => {}) }).on('error', () => {});
}

/** A line in, a line out: both of QEMU's sockets speak so. */
class Monitor {
  readonly #socket: Socket;
  readonly #lines: AsyncIterableIterator<string>;

  private constructor(socket: Socket, lines: Interface) {
    this.#socket = socket;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  static async open(path: string): Promise<Monitor> {
    for (;;) {
      const socket = connect(path);
      const opened = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      if (opened) return new Monitor(socket, readLines(socket));
      await sleep(50);
    }
  }

  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\n`);
    return this.next();
  }

  async next(): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error('QEMU has gone');
      // Events of the machine stand between the answers.
      if (!value.includes('"event"') && !value.startsWith('IRQ ')) return value;
    }
  }
}
