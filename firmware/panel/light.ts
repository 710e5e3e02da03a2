/** How brightly the panel shines, and where on the glass its picture stands: organic light wears out where it always shines. */
import type { Display } from '../../drivers/display/display.ts';
import type { Clock } from '../../xmpp/clock.ts';

const DIM_AFTER_MS = 30_000;
const DARK_AFTER_MS = 5 * 60_000;
const SHIFT_MS = 60_000;

type Level = 'full' | 'dim' | 'off';

/** Only a panel of glass rests; a picture of one does not wear out, and a dark window would look broken. */
export class Light {
  readonly #display: Display;
  readonly #clock: Clock;
  #level: Level = 'full';
  #startedMs = 0;
  #touchedMs = 0;

  constructor(display: Display, clock: Clock) {
    this.#display = display;
    this.#clock = clock;
  }

  start(): void {
    this.#startedMs = this.#touchedMs = this.#clock.nowMs();
  }

  get isDark(): boolean {
    return this.#level === 'off';
  }

  /** Somebody is there. */
  touch(): void {
    this.#touchedMs = this.#clock.nowMs();
    this.#set('full');
  }

  /** @param keep lit, because the page is one that people look at without touching the box */
  rest(keep: boolean): void {
    const idleMs = this.#clock.nowMs() - this.#touchedMs;
    if (keep) this.touch();
    else if (this.#isGlass) this.#set(idleMs >= DARK_AFTER_MS ? 'off' : idleMs >= DIM_AFTER_MS ? 'dim' : 'full');
  }

  /** Until `rest` has something to do. */
  get nextMs(): number {
    if (!this.#isGlass || this.#level === 'off') return Number.POSITIVE_INFINITY;
    return this.#touchedMs + (this.#level === 'full' ? DIM_AFTER_MS : DARK_AFTER_MS) - this.#clock.nowMs();
  }

  /** Which place the picture has (`shifted`): the next one each minute. */
  get step(): number {
    return this.#isGlass ? Math.floor((this.#clock.nowMs() - this.#startedMs) / SHIFT_MS) : 0;
  }

  get #isGlass(): boolean {
    return this.#display.kind === 'ssd1306' || this.#display.kind === 'sh1106';
  }

  #set(level: Level): void {
    if (level === this.#level) return;
    this.#level = level;
    this.#display.brightness(level);
  }
}
