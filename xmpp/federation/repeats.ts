/**
 * Stanzas that were taken in over a link that ended before their server could hear of it: it may send them again over the next one
 * (XEP-0198), and they are taken in once.
 */
import type { Clock } from '../clock.ts';
import type { Element } from '../xml.ts';

/** An acknowledgement is waited for a minute; then there is a pause or two. */
const KEPT_MS = 2 * 60_000;
const MAX_KEPT = 5_000;

export class Repeats {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** These may come again. */
  expect(keys: Iterable<string>): void {
    const nowMs = this.#clock.nowMs();
    for (const key of keys) {
      this.#untilMs.delete(key);
      this.#untilMs.set(key, nowMs + KEPT_MS);
    }
    for (const [key, untilMs] of this.#untilMs) {
      if (untilMs > nowMs && this.#untilMs.size <= MAX_KEPT) break;
      this.#untilMs.delete(key);
    }
  }

  /** True once for each that came before. */
  has(key: string): boolean {
    const untilMs = this.#untilMs.get(key);
    return untilMs !== undefined && this.#untilMs.delete(key) && untilMs > this.#clock.nowMs();
  }
}

/** As it came; undefined where nothing tells it from another of its kind, and of IQs, which nobody sends again. */
export function keyOf({ name, attrs: { from, to, id } }: Element): string | undefined {
  return id === undefined || name === 'iq' ? undefined : `${name} ${from} ${to} ${id}`;
}
