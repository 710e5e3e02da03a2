/** A Raspberry Pi as far as the product can tell: what a test puts on its header, where the kernel shows it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Button } from '../../../drivers/button/buttons.ts';
import { KEY_CODES } from '../../../drivers/button/gpio-keys.ts';
import { folder } from './folders.ts';
import { FuseMount } from './fuse.ts';
import { GpioKeys } from './gpio-keys.ts';
import { type GpioChip, GpioSysfs } from './gpio-sysfs.ts';
import { I2cWire } from './i2c-dev.ts';

const NAMESPACE = fileURLToPath(new URL('namespace.sh', import.meta.url));

/** BCM pins, as the configuration has them if nothing else is said. */
export const PINS: Readonly<Record<Button, number>> = { pair: 17, page: 27, power: 22 };

/** After this a contact is quiet, and the driver takes its next edge for a new press. */
const SETTLED_MS = 60;

export const PI_4: GpioChip = { base: 512, label: 'pinctrl-bcm2711', lines: 58 };

export interface BoardOptions {
  /** Chips in sysfs, that of the header first; none where the kernel offers no GPIO there. */
  chips?: readonly [GpioChip, ...GpioChip[]];
  /** Gives the buttons to the kernel's gpio-keys driver. */
  keys?: boolean;
  /** Bits a second of /dev/i2c-1; false where there is no bus. */
  i2c?: number | false;
}

export class Board {
  readonly gpio: GpioSysfs | undefined;
  readonly keys: GpioKeys | undefined;
  readonly wire: I2cWire;
  readonly #mount: FuseMount;

  constructor({ chips, keys = false, i2c }: BoardOptions) {
    this.gpio = chips && new GpioSysfs(chips, (path) => this.#mount.wake(`class/gpio/${path}`));
    this.keys = keys
      ? new GpioKeys(Object.values(KEY_CODES).join(','), () => this.#mount.wake('dev/input/event0'))
      : undefined;
    this.wire = new I2cWire(i2c || undefined);
    const input = this.keys ? { input: folder(() => (this.keys ? { event0: this.keys.sysfs } : {})) } : {};
    const inputFiles = this.keys ? { input: folder(() => (this.keys ? { event0: this.keys.device } : {})) } : {};
    const classes = folder(() => ({ ...input, ...(this.gpio ? { gpio: this.gpio.tree } : {}) }));
    const devices = folder(() => ({ ...inputFiles, ...(i2c === false ? {} : { 'i2c-1': this.wire.node }) }));
    this.#mount = new FuseMount(folder(() => ({ class: classes, dev: devices })));
  }

  start(): void {
    this.#mount.mount();
  }

  stop(): void {
    this.#mount.unmount();
  }

  /** A finger on a button for `ms`. */
  async press(button: Button, ms = 60): Promise<void> {
    this.set(button, true);
    await sleep(ms);
    this.set(button, false);
    await sleep(SETTLED_MS);
  }

  /** What stands before a command that is to run on this board. */
  get launcher(): string[] {
    return ['unshare', '--mount', 'sh', NAMESPACE, this.#mount.folder];
  }

  set(button: Button, down: boolean): void {
    this.gpio?.set(PINS[button], down ? 0 : 1);
    this.keys?.set(KEY_CODES[button], down);
  }
}
