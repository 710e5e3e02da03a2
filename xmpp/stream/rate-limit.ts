/** How much a peer may say: what is over the rate is taken in as well, but reading stops until that is made up for. */
import type { Clock, Timer } from '../clock.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Reading } from './transport.ts';

const BURST_SECONDS = 10;

export interface RateLimitOptions {
  reading: Reading;
  reason: string;
  /** 0 for no limit. */
  perSecond: number;
  clock: Clock;
}

export class RateLimit {
  readonly #options: RateLimitOptions;
  #bucket: TokenBucket;
  #timer: Timer | undefined;

  constructor(options: RateLimitOptions) {
    this.#options = options;
    this.#bucket = this.#newBucket(options.perSecond);
  }

  /** For what comes from here on. */
  change(perSecond: number): void {
    this.#bucket = this.#newBucket(perSecond);
  }

  /** One more has come in. */
  count(): void {
    const { reading, reason, clock } = this.#options;
    const waitMs = this.#bucket.take();
    if (waitMs === 0) return;
    reading.hold(reason);
    this.#timer?.cancel();
    this.#timer = clock.after(waitMs, () => reading.release(reason));
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #newBucket(perSecond: number): TokenBucket {
    return new TokenBucket(this.#options.clock, perSecond, perSecond * BURST_SECONDS);
  }
}
