import { setTimeout as sleep } from 'node:timers/promises';
import type { I2cDevice } from '../../../drivers/i2c/simulated.ts';
import { Errno } from './errno.ts';
import type { FileNode } from './fuse.ts';

/** linux/i2c-dev.h */
const I2C_SLAVE = 0x703;
const LAST_ADDRESS = 0x7fn;

/** How long the Raspberry Pi's driver waits for a bus that hangs. */
const HANG_MS = 1000;
/** A byte and its acknowledge bit. */
const BITS_A_BYTE = 9;

/** An I2C bus and /dev/i2c-N of it, as the kernel offers it: what i2c-bus uses to write plain messages. */
export class I2cWire {
  readonly node: FileNode = { open: () => this.#open() };
  /** Messages that reached the bus. */
  messages = 0;
  /** Clock held low by something: each message waits, then fails. */
  hung = false;
  readonly #devices = new Map<number, I2cDevice>();
  /** Bits a second; as fast as can be where undefined. */
  hz: number | undefined;
  #freeAtMs = 0;

  constructor(hz?: number) {
    this.hz = hz;
  }

  plug(address: number, device: I2cDevice): void {
    this.#devices.set(address, device);
  }

  unplug(address: number): void {
    this.#devices.delete(address);
  }

  #open() {
    let address = 0;
    return {
      ioctl: (request: number, argument: bigint) => {
        if (request !== I2C_SLAVE) throw new Errno('ENOTTY');
        if (argument > LAST_ADDRESS) throw new Errno('EINVAL');
        address = Number(argument);
        return 0;
      },
      write: (bytes: Buffer) => this.message(address, bytes),
    };
  }

  /** Writes one message. Rejects with Errno. */
  async message(address: number, bytes: Buffer): Promise<void> {
    this.messages++;
    if (this.hung) {
      await sleep(HANG_MS);
      throw new Errno('ETIMEDOUT');
    }
    await this.#transmit(bytes.length + 1);
    const device = this.#devices.get(address);
    if (!device) throw new Errno('EREMOTEIO');
    device.receive(bytes);
  }

  /** Waits as long as the bytes take. A timer that came late is made up for by the next ones. */
  async #transmit(bytes: number): Promise<void> {
    if (this.hz === undefined) return;
    const nowMs = performance.now();
    const idle = nowMs - this.#freeAtMs > 10;
    this.#freeAtMs = (idle ? nowMs : this.#freeAtMs) + (bytes * BITS_A_BYTE * 1000) / this.hz;
    if (this.#freeAtMs > nowMs) await sleep(this.#freeAtMs - nowMs);
  }
}
