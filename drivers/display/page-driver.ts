import { type Clock, describeError, type HardwareState, type Log } from '../environment.ts';
import { I2C_CAUSES, type I2cBus, type OpenBus } from '../i2c/bus.ts';
import { type Brightness, type Display, type DisplayKind, FRAME_BYTES, type Frame, PAGES, WIDTH } from './display.ts';

export interface PageDriverOptions {
  chip: 'ssd1306' | 'sh1106';
  /** What the display calls itself; the chip where nothing else is said. */
  kind?: DisplayKind;
  address: number;
  openBus: OpenBus;
  /** Where the panel is, for people: `at 0x3c on /dev/i2c-1`. */
  where: string;
  /** The first column of the chip's memory that is wired to the glass: 0, 2 (most SH1106) or 4. */
  columnOffset?: number;
  clock: Clock;
  log: Log;
}

/** A panel that comes back shows the present picture within the longest of these and the time to send it. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 4_000;
/**
 * A panel whose power dipped answers as before and stays dark, and cannot be asked: so it is set up afresh once in a
 * while.
 */
const REFRESH_MS = 60_000;

/** Control bytes: all that follows is commands, or data. */
const COMMANDS = 0x00;
const DATA = 0x40;

/** Page addressing mode and the charge pump, which the two chips switch on differently. */
const CHIP_SET_UP = { ssd1306: [0x8d, 0x14, 0x20, 0x02, 0x2e], sh1106: [0xad, 0x8b] };
/**
 * The set-up that both share (SSD1306 data sheet, application note, "Software Initialization"). It never switches the
 * glass off: after a power cut it is dark by itself until its memory is filled, and otherwise a refresh must not be
 * seen.
 */
const SET_UP = [
  [0xd5, 0x80], // clock
  [0xa8, 0x3f], // 64 rows
  [0xd3, 0x00], // no vertical offset
  [0x40], // first line
  [0xa1, 0xc8], // upright on the usual module
  [0xda, 0x12], // row wiring of a 128x64 glass
  [0xd9, 0xf1], // pre-charge
  [0xdb, 0x40], // deselect level
  [0xa4, 0xa6], // show the memory, 1 is lit
].flat();
const BRIGHTNESS: Record<Brightness, number[]> = {
  full: [0x81, 0xcf, 0xaf],
  dim: [0x81, 0x08, 0xaf],
  off: [0xae],
};

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
  readonly #columnOffset: number;
  readonly #where: string;

  readonly #wanted = new Uint8Array(FRAME_BYTES);
  #wantedBrightness: Brightness = 'full';
  /** What the glass holds, page by page; undefined is unknown. */
  #shown: (Uint8Array | undefined)[] = [];
  #shownBrightness: Brightness | undefined;
  #setUpDone = false;
  #nextPage = 0;

  #running = false;
  #bus: I2cBus | undefined;
  #busy = false;
  #sending: Promise<void> | undefined;
  #retry: { cancel(): void } | undefined;
  #retryMs = FIRST_RETRY_MS;
  #refresh: { cancel(): void } | undefined;
  #state: HardwareState = { ok: false, detail: 'not started' };

  constructor(options: PageDriverOptions) {
    this.kind = options.kind ?? options.chip;
    this.#options = options;
    this.#columnOffset = options.columnOffset ?? (options.chip === 'sh1106' ? 2 : 0);
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
    this.#refresh?.cancel();
    this.#retry = this.#refresh = undefined;
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
        messages: [Uint8Array.of(COMMANDS, ...CHIP_SET_UP[this.#options.chip], ...SET_UP)],
        done: () => {
          this.#setUpDone = true;
        },
      };
    }
    for (let i = 0; i < PAGES; i++) {
      const page = (this.#nextPage + i) % PAGES;
      const pixels = this.#wanted.slice(page * WIDTH, (page + 1) * WIDTH);
      if (equal(pixels, this.#shown[page])) continue;
      const column = this.#columnOffset;
      return {
        messages: [
          Uint8Array.of(COMMANDS, 0xb0 | page, column & 0x0f, 0x10 | (column >> 4)),
          Uint8Array.of(DATA, ...pixels),
        ],
        done: () => {
          this.#shown[page] = pixels;
          this.#nextPage = page + 1;
        },
      };
    }
    const level = this.#wantedBrightness;
    if (level === this.#shownBrightness) return undefined;
    return {
      messages: [Uint8Array.of(COMMANDS, ...BRIGHTNESS[level])],
      done: () => {
        this.#shownBrightness = level;
      },
    };
  }

  #succeeded(): void {
    if (!this.#state.ok) this.#options.log.info({ display: this.#where }, 'the panel shows its picture');
    this.#state = { ok: true, detail: this.#where };
    this.#retryMs = FIRST_RETRY_MS;
    this.#refresh ??= this.#options.clock.after(REFRESH_MS, () => {
      this.#refresh = undefined;
      this.#forget();
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

function equal(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.every((byte, i) => byte === b[i]);
}
