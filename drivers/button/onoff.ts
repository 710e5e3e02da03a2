import { type Clock, describeError, type HardwareState, type Log } from '../environment.ts';
import { BUTTONS, type Button, type Buttons, type PressListener } from './buttons.ts';
import { Debounce } from './debounce.ts';
import type { GpioLine, OpenLine } from './gpio-line.ts';
import { PressListeners } from './listeners.ts';

export interface OnoffButtonsOptions {
  /** BCM pins; 0 is a button that is not there. Buttons pull their pin to ground. */
  pins: Readonly<Record<Button, number>>;
  /** The kernel's number of BCM pin 0 (`findGpioBase`). */
  base: number;
  openLines: () => Promise<OpenLine>;
  clock: Clock;
  log: Log;
}

/** Chatter of a push button lasts a few milliseconds, of a worn one up to 20. */
const SETTLE_MS = 30;

const CAUSES: Record<string, string> = {
  EACCES: 'no permission: the user of the service must be in the group gpio',
  EBUSY: 'something else uses this pin',
  EINVAL: 'the board has no such pin',
  ENOENT: 'the kernel offers no GPIO in /sys/class/gpio',
};

/** Buttons on the pins of a Raspberry Pi, each by itself: one that cannot be used does not take the others with it. */
export function onoffButtons(options: OnoffButtonsOptions): Buttons {
  return new OnoffButtons(options);
}

class OnoffButtons implements Buttons {
  readonly kind = 'onoff';
  readonly #options: OnoffButtonsOptions;
  readonly #listeners = new PressListeners();
  readonly #open = new Map<Button, { line: GpioLine; debounce: Debounce }>();
  readonly #broken = new Map<Button, string>();

  constructor(options: OnoffButtonsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const wired = BUTTONS.filter((button) => this.#options.pins[button] > 0);
    try {
      const openLine = await this.#options.openLines();
      for (const button of wired) this.#watch(button, openLine);
    } catch (error) {
      for (const button of wired) this.#fail(button, error);
    }
  }

  async stop(): Promise<void> {
    for (const button of [...this.#open.keys()]) this.#release(button);
    this.#listeners.clear();
  }

  onPress(listener: PressListener): () => void {
    return this.#listeners.add(listener);
  }

  press(button: Button, heldMs: number): void {
    this.#listeners.tell(button, heldMs);
  }

  state(): HardwareState {
    if (this.#broken.size > 0) return { ok: false, detail: [...this.#broken.values()].join('; ') };
    const names = [...this.#open.keys()].map((button) => `${button} on GPIO${this.#options.pins[button]}`);
    return { ok: this.#open.size > 0, detail: names.join(', ') || 'not started' };
  }

  #watch(button: Button, openLine: OpenLine): void {
    let line: GpioLine;
    try {
      line = openLine(this.#options.base + this.#options.pins[button]);
    } catch (error) {
      this.#fail(button, error);
      return;
    }
    const debounce = new Debounce(this.#options.clock, SETTLE_MS, (heldMs) => this.#listeners.tell(button, heldMs));
    this.#open.set(button, { line, debounce });
    try {
      debounce.begin(line.read() === 0);
      line.watch((error, level) => {
        if (error) this.#fail(button, error);
        else debounce.edge(level === 0);
      });
    } catch (error) {
      this.#fail(button, error);
    }
  }

  #fail(button: Button, error: unknown): void {
    const cause = describeError(error, CAUSES);
    const detail = `${button} on GPIO${this.#options.pins[button]}: ${cause}`;
    this.#broken.set(button, detail);
    this.#options.log.warn(
      { button, pin: this.#options.pins[button], cause },
      'a button cannot be used; the box goes on',
    );
    this.#release(button);
  }

  /** Gives the line back, so that the next start, or another program, finds it free. */
  #release(button: Button): void {
    const entry = this.#open.get(button);
    if (!entry) return;
    this.#open.delete(button);
    entry.debounce.stop();
    try {
      entry.line.close();
    } catch {
      // A line that is gone cannot be given back.
    }
  }
}
