/** A peer is read no further while many of its stanzas wait for their turn, until half of them are done. */
import type { Reading } from './transport.ts';

export interface BackpressureOptions {
  reading: Reading;
  reason: string;
  /** Stanzas that came in and are not done. */
  pending: () => number;
  /** So many are many. */
  many: number;
}

export class Backpressure {
  readonly #options: BackpressureOptions;
  #held = false;

  constructor(options: BackpressureOptions) {
    this.#options = options;
  }

  /** A stanza has come in. @param done resolves when it no longer counts among the pending ones; never rejects */
  entered(done: Promise<void>): void {
    const { reading, reason, pending, many } = this.#options;
    if (pending() >= many && !this.#held) {
      this.#held = true;
      reading.hold(reason);
    }
    // Whichever is the last to be done: peers do not wait for each other.
    void done.then(() => this.#release());
  }

  #release(): void {
    const { reading, reason, pending, many } = this.#options;
    if (!this.#held || pending() > many / 2) return;
    this.#held = false;
    reading.release(reason);
  }
}
