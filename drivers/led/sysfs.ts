import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, type HardwareState, type Log } from '../environment.ts';
import type { Led, LedPattern } from './led.ts';

export interface SysfsLedOptions {
  /** The folder of one light: `/sys/class/leds/ACT`. */
  folder: string;
  log: Log;
}

/** The kernel blinks by itself (its triggers `heartbeat` and `timer`), so that a light costs the box nothing. */
const PATTERNS: Record<LedPattern, readonly [file: string, text: string][]> = {
  heartbeat: [['trigger', 'heartbeat']],
  pairing: blink(500, 500),
  trouble: blink(100, 100),
};

function blink(onMs: number, offMs: number): [string, string][] {
  return [
    ['trigger', 'timer'],
    ['delay_on', String(onMs)],
    ['delay_off', String(offMs)],
  ];
}

const CAUSES: Record<string, string> = {
  EACCES: 'no permission to change it',
  EINVAL: 'the kernel does not know this pattern',
  ENOENT: 'the board has no such light',
};

export function sysfsLed(options: SysfsLedOptions): Led {
  return new SysfsLed(options);
}

class SysfsLed implements Led {
  readonly kind = 'sysfs';
  readonly #options: SysfsLedOptions;
  #found: string | undefined;
  #shown: LedPattern | undefined;
  /** Patterns are written one after the other; the last one stays. */
  #writing: Promise<void> = Promise.resolve();
  #state: HardwareState = { ok: false, detail: 'not started' };

  constructor(options: SysfsLedOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    try {
      const triggers = await readFile(join(this.#options.folder, 'trigger'), 'utf8');
      this.#found = /\[([^\]]+)\]/.exec(triggers)?.[1] ?? 'none';
      this.#state = { ok: true, detail: this.#options.folder };
    } catch (error) {
      this.#fail(error);
    }
  }

  show(pattern: LedPattern): void {
    if (this.#found === undefined || pattern === this.#shown) return;
    this.#shown = pattern;
    this.#write(PATTERNS[pattern]);
  }

  async stop(): Promise<void> {
    if (this.#found !== undefined && this.#shown !== undefined) this.#write([['trigger', this.#found]]);
    this.#found = this.#shown = undefined;
    await this.#writing;
  }

  state(): HardwareState {
    return this.#state;
  }

  #write(files: readonly [file: string, text: string][]): void {
    this.#writing = this.#writing.then(async () => {
      try {
        for (const [file, text] of files) await writeFile(join(this.#options.folder, file), text);
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #fail(error: unknown): void {
    const cause = describeError(error, CAUSES);
    const detail = `${this.#options.folder}: ${cause}`;
    if (this.#state.detail === detail) return;
    this.#state = { ok: false, detail };
    this.#options.log.warn({ led: this.#options.folder, cause }, 'the status light cannot be used; the box goes on');
  }
}
