/** Links of which each works once, for minutes: the token in the address is all that it takes. */
import type { Clock, Random } from '../../xmpp/clock.ts';

const LIFETIME_MS = 10 * 60_000;
/** Waiting at once; the oldest gives way. */
const MAX_WAITING = 50;
const TOKEN_BYTES = 24;

export interface OneTimeLink {
  url: string;
  untilMs: number;
}

export class OneTimeLinks<T> {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #urlOf: (token: string) => string | undefined;
  readonly #waiting = new Map<string, { value: T; untilMs: number }>();

  /** @param urlOf undefined where no encrypted page is served */
  constructor(clock: Clock, random: Random, urlOf: (token: string) => string | undefined) {
    this.#clock = clock;
    this.#random = random;
    this.#urlOf = urlOf;
  }

  /** A link to `value`; undefined where there is no address for it. */
  offer(value: T): OneTimeLink | undefined {
    const token = this.#random(TOKEN_BYTES).toString('base64url');
    const url = this.#urlOf(token);
    if (url === undefined) return undefined;
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    const untilMs = this.#clock.nowMs() + LIFETIME_MS;
    this.#waiting.set(token, { value, untilMs });
    return { url, untilMs };
  }

  /** Leaves the link as it is. */
  find(token: string): T | undefined {
    const found = this.#waiting.get(token);
    return found && found.untilMs > this.#clock.nowMs() ? found.value : undefined;
  }

  /** Uses the link up. */
  take(token: string): T | undefined {
    const value = this.find(token);
    this.#waiting.delete(token);
    return value;
  }
}
