/** A token bucket: a sustained rate with bursts. It lets everything through and says how long to hold back afterwards. */
import type { Clock } from '../clock.ts';

export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  /** @param perSecond 0 for no limit */
  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = clock.nowMs();
  }

  /** Takes one token, going into debt where none is left. Returns the milliseconds until the debt is paid. */
  take(): number {
    if (this.#perSecond === 0) return 0;
    const nowMs = this.#clock.nowMs();
    const earned = (Math.max(0, nowMs - this.#atMs) * this.#perSecond) / 1000;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned) - 1;
    this.#atMs = nowMs;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens * 1000) / this.#perSecond);
  }
}
