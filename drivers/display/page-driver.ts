import { describeError, type Environment, type HardwareState } from '../environment.ts';
import { I2C_CAUSES, type I2cBus, type OpenBus } from '../i2c/bus.ts';
import { type Brightness, type Display, type DisplayKind, FRAME_BYTES, type Frame, PAGES, WIDTH } from './display.ts';
import { PanelCommands, type PanelModule, PROBE } from './panel-module.ts';

export interface PageDriverOptions extends Environment {
  module: PanelModule;
  /** What the display calls itself; the chip where nothing else is said. */
  kind?: DisplayKind;
  address: number;
  openBus: OpenBus;
  /** Where the panel is, as a person knows it: `at 0x3c on /dev/i2c-1`. */
  where: string;
}

/** A panel that comes back shows the present picture 5 s later at most: after one of these, a hung bus and the sending. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 3_000;
/** A panel that is pulled out must be missed even while nothing is drawn, or it would come back unnoticed and dark. */
const CHECK_MS = 2_000;
/** One whose power dipped for less than that answers as before and cannot be asked: it is set up afresh once in a while. */
const REFRESH_MS = 60_000;

/**
 * The one driver for SSD1306 and SH1106 panels, in page addressing mode. Pictures do not queue: one loop sends the
 * pages that differ from what the glass holds, always of the newest picture. On any error the bus is closed and opened
 * anew after a growing delay (i2c-bus keeps a descriptor whose first call failed, bound to no address), and the panel
 * is set up again.
 */
export function pageDriver(options: PageDriverOptions): Display {
  return new PageDriver(options);
}

class PageDriver implements Display {
  readonly kind: DisplayKind;
  readonly #options: PageDriverOptions;
  readonly #commands: PanelCommands;
  readonly #where: string;

  readonly #wanted = new Uint8Array(FRAME_BYTES);
  #wantedBrightness: Brightness = 'full';
  /** What the glass holds, page by page; undefined is unknown. */
  #shown: (Uint8Array | undefined)[] = [];
  #shownBrightness: Brightness | undefined;
  #setUpDone = false;
  #setUpAtMs = 0;
  #checkDue = false;
  #nextPage = 0;

  #running = false;
  #bus: I2cBus | undefined;
  #busy = false;
  #sending: Promise<void> | undefined;
  #retry: { cancel(): void } | undefined;
  #retryMs = FIRST_RETRY_MS;
  #check: { cancel(): void } | undefined;
  #state: HardwareState = { ok: false, detail: 'not started' };

  constructor(options: PageDriverOptions) {
    this.kind = options.kind ?? options.module.chip;
    this.#options = options;
    this.#commands = new PanelCommands(options.module);
    this.#where = `${this.kind} ${options.where}`;
  }

  /** Resolves after the first attempt, whether a panel answered or not. */
  async start(): Promise<void> {
    this.#running = true;
    this.#send();
    await this.#sending;
  }

  show(frame: Frame): void {
    if (frame.length !== FRAME_BYTES)
      throw new RangeError(`a frame has ${FRAME_BYTES} bytes, this one ${frame.length}`);
    this.#wanted.set(frame);
    this.#send();
  }

  brightness(level: Brightness): void {
    this.#wantedBrightness = level;
    this.#send();
  }

  state(): HardwareState {
    return this.#state;
  }

  async stop(): Promise<void> {
    await this.#sending;
    this.#running = false;
    this.#retry?.cancel();
    this.#check?.cancel();
    this.#retry = this.#check = undefined;
    await this.#closeBus();
    this.#forget();
    this.#state = { ok: false, detail: 'stopped' };
  }

  /** Starts the loop, unless it runs already (it will see what is new) or waits for a retry. */
  #send(): void {
    if (!this.#running || this.#busy || this.#retry) return;
    this.#busy = true;
    this.#sending = this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    try {
      this.#bus ??= await this.#options.openBus();
      for (let bytes = this.#next(); bytes; bytes = this.#next()) {
        for (const message of bytes.messages) await this.#bus.write(this.#options.address, message);
        bytes.done();
      }
      this.#succeeded();
    } catch (error) {
      await this.#failed(error);
    }
    // In the same turn as the last look for work, so that nothing falls between the two.
    this.#busy = false;
  }

  /** The next thing in which the glass differs from what is wanted. */
  #next(): { messages: Uint8Array[]; done(): void } | undefined {
    if (!this.#setUpDone) {
      return {
        messages: [this.#commands.setUp],
        done: () => {
          this.#setUpDone = true;
          this.#setUpAtMs = this.#options.clock.nowMs();
        },
      };
    }
    for (let i = 0; i < PAGES; i++) {
      const page = (this.#nextPage + i) % PAGES;
      const wanted = this.#wanted.subarray(page * WIDTH, (page + 1) * WIDTH);
      const shown = this.#shown[page];
      if (shown && Buffer.compare(wanted, shown) === 0) continue;
      const pixels = wanted.slice();
      return {
        messages: this.#commands.page(page, pixels),
        done: () => {
          this.#shown[page] = pixels;
          this.#nextPage = page + 1;
        },
      };
    }
    const level = this.#wantedBrightness;
    if (level !== this.#shownBrightness) {
      return {
        messages: [this.#commands.brightness[level]],
        done: () => {
          this.#shownBrightness = level;
        },
      };
    }
    if (!this.#checkDue) return undefined;
    return {
      messages: [PROBE],
      done: () => {
        this.#checkDue = false;
      },
    };
  }

  #succeeded(): void {
    if (!this.#state.ok) this.#options.log.info({ display: this.#where }, 'the panel shows its picture');
    this.#state = { ok: true, detail: this.#where };
    this.#retryMs = FIRST_RETRY_MS;
    this.#check ??= this.#options.clock.after(CHECK_MS, () => {
      this.#check = undefined;
      this.#checkDue = true;
      if (this.#options.clock.nowMs() - this.#setUpAtMs >= REFRESH_MS) this.#forget();
      this.#send();
    });
  }

  async #failed(error: unknown): Promise<void> {
    const cause = describeError(error, I2C_CAUSES);
    const detail = `${this.#where}: ${cause}`;
    if (detail !== this.#state.detail) {
      this.#options.log.warn(
        { display: this.#where, cause },
        'the panel cannot be used; the box goes on and tries again',
      );
    }
    this.#state = { ok: false, detail };
    this.#check?.cancel();
    this.#check = undefined;
    this.#checkDue = false;
    this.#forget();
    await this.#closeBus();
    if (!this.#running) return;
    this.#retry = this.#options.clock.after(this.#retryMs, () => {
      this.#retry = undefined;
      this.#send();
    });
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  #forget(): void {
    this.#setUpDone = false;
    this.#shown = [];
    this.#shownBrightness = undefined;
  }

  async #closeBus(): Promise<void> {
    const bus = this.#bus;
    this.#bus = undefined;
    // A bus that cannot be closed is gone already.
    await bus?.close().catch(() => {});
  }
}
