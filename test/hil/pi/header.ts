/** Fingers on a real Raspberry Pi: output pins that are wired to the pins of the buttons (docs/hardware.md). */
import { setTimeout as sleep } from 'node:timers/promises';
import { Gpio } from 'onoff';
import type { Button } from '../../../drivers/button/buttons.ts';
import { findGpioBase } from '../../../drivers/button/gpio-base.ts';

/** BCM pins, each wired to the button's own (17, 27, 22) through a resistor of 1 kΩ. */
const FINGERS: Readonly<Record<Button, number>> = { pair: 5, page: 6, power: 13 };

export class Header {
  readonly #fingers = new Map<Button, Gpio>();

  /** @throws Error where this is no Raspberry Pi with GPIO in sysfs */
  async start(): Promise<void> {
    const base = await findGpioBase('/sys/class/gpio');
    if (base === undefined) throw new Error('no header of a Raspberry Pi in /sys/class/gpio');
    for (const button of ['pair', 'page', 'power'] as const)
      this.#fingers.set(button, new Gpio(base + FINGERS[button], 'high'));
  }

  stop(): void {
    for (const finger of this.#fingers.values()) finger.unexport();
  }

  set(button: Button, down: boolean): void {
    this.#fingers.get(button)?.writeSync(down ? 0 : 1);
  }

  async press(button: Button, ms = 60): Promise<void> {
    this.set(button, true);
    await sleep(ms);
    this.set(button, false);
    await sleep(60);
  }
}
