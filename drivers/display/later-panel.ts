import type { Environment, HardwareState } from '../environment.ts';
import type { Brightness, Display, DisplayKind, Frame } from './display.ts';

const LOOK_MS = 20_000;

export interface LaterPanelOptions extends Environment {
  /** Shows what there is to show until then. */
  meanwhile: Display;
  /** A panel that was plugged in, not started yet; undefined while there is none. */
  look(): Promise<Display | undefined>;
}

/** Looks for a panel three times a minute, and goes over to the first that answers: no start of the box is needed for it. */
export function laterPanel(options: LaterPanelOptions): Display {
  return new LaterPanel(options);
}

class LaterPanel implements Display {
  readonly #options: LaterPanelOptions;
  #now: Display;
  #frame: Frame | undefined;
  #level: Brightness = 'full';
  #timer: { cancel(): void } | undefined;
  #looking: Promise<void> = Promise.resolve();
  #running = false;

  constructor(options: LaterPanelOptions) {
    this.#options = options;
    this.#now = options.meanwhile;
  }

  get kind(): DisplayKind {
    return this.#now.kind;
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#lookLater();
    await this.#now.start();
  }

  show(frame: Frame): void {
    this.#frame = frame.slice();
    this.#now.show(frame);
  }

  brightness(level: Brightness): void {
    this.#level = level;
    this.#now.brightness(level);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#timer?.cancel();
    await this.#looking;
    await this.#now.stop();
  }

  state(): HardwareState {
    return this.#now.state();
  }

  #lookLater(): void {
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      this.#looking = this.#look();
    });
  }

  async #look(): Promise<void> {
    const found = await this.#options.look();
    if (!this.#running) return;
    if (found) await this.#goOver(found);
    else this.#lookLater();
  }

  async #goOver(found: Display): Promise<void> {
    const before = this.#now;
    this.#now = found;
    if (this.#frame) found.show(this.#frame);
    found.brightness(this.#level);
    await before.stop();
    await found.start();
  }
}
