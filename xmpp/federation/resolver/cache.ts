/** Answers of the DNS for as long as they hold, within a ceiling and a floor; what was not found and what failed as well. */
import type { Clock } from '../../clock.ts';

const MAX_ENTRIES = 2_000;
const CEILING_MS = 60 * 60_000;
const FLOOR_MS = 30_000;
/** For a name that is not there (RFC 2308), and for a server that does not answer. */
const NOTHING_MS = 60_000;
const FAILED_MS = 10_000;

interface Entry<T> {
  value: Promise<T>;
  untilMs: number;
}

export interface Found<T> {
  value: T;
  /** Undefined where the answer says none: an answer that found nothing. */
  ttlMs: number | undefined;
}

export class DnsCache<T> {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks once for all that want the same at the same time. */
  get(key: string, ask: () => Promise<Found<T>>): Promise<T> {
    const known = this.#entries.get(key);
    if (known && known.untilMs > this.#clock.nowMs()) return known.value;
    this.#entries.delete(key);
    const entry: Entry<T> = { value: Promise.resolve(undefined as T), untilMs: Number.POSITIVE_INFINITY };
    const keepFor = (ms: number) => {
      entry.untilMs = this.#clock.nowMs() + ms;
    };
    entry.value = ask().then(
      ({ value, ttlMs }) => {
        keepFor(ttlMs === undefined ? NOTHING_MS : Math.min(CEILING_MS, Math.max(FLOOR_MS, ttlMs)));
        return value;
      },
      (error: unknown) => {
        keepFor(FAILED_MS);
        throw error;
      },
    );
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    return entry.value;
  }
}
