import type { Clock } from '../environment.ts';

export interface Presses {
  down(): void;
  /** `heldMs` is the time since the down. */
  up(heldMs: number): void;
}

/**
 * Makes presses out of a bouncing contact. The first edge counts at once; then the contact may chatter, and once it has
 * been quiet for `settleMs` its level counts again. An edge whose level reads as before means that the contact went
 * there and back faster than it could be read: a short tap, and it counts.
 */
export class Debounce {
  readonly #clock: Clock;
  readonly #settleMs: number;
  readonly #presses: Presses;
  #down = false;
  #level = false;
  /** Undefined while the button is up, or was down before we looked. */
  #downAtMs: number | undefined;
  #settling: { cancel(): void } | undefined;

  constructor(clock: Clock, settleMs: number, presses: Presses) {
    this.#clock = clock;
    this.#settleMs = settleMs;
    this.#presses = presses;
  }

  /** The level before the first edge: a button that is held down while the box starts is no press. */
  begin(down: boolean): void {
    this.#down = this.#level = down;
    this.#downAtMs = undefined;
  }

  /** An edge was reported, and the contact reads `down` now. */
  edge(down: boolean): void {
    this.#level = down;
    if (this.#settling) this.#settle();
    else if (down === this.#down && !down) this.#change(true);
    else if (down !== this.#down) this.#change(down);
  }

  /** A press that was reported ends: the contact will not be heard of again. */
  stop(): void {
    this.#settling?.cancel();
    this.#settling = undefined;
    this.#release();
  }

  #change(down: boolean): void {
    this.#down = down;
    this.#settle();
    if (!down) this.#release();
    else {
      this.#downAtMs = this.#clock.nowMs();
      this.#presses.down();
    }
  }

  #settle(): void {
    this.#settling?.cancel();
    this.#settling = this.#clock.after(this.#settleMs, () => {
      this.#settling = undefined;
      if (this.#level !== this.#down) this.#change(this.#level);
    });
  }

  #release(): void {
    const sinceMs = this.#downAtMs;
    if (sinceMs === undefined) return;
    this.#downAtMs = undefined;
    this.#presses.up(this.#clock.nowMs() - sinceMs);
  }
}
