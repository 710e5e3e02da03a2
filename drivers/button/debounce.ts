import type { Clock } from '../environment.ts';

/**
 * Makes presses out of a bouncing contact. The first edge counts at once; then the contact may chatter for `settleMs`,
 * after which its level counts again. An edge whose level reads as before means that the contact went there and back
 * faster than it could be read: a short tap, and it counts.
 */
export class Debounce {
  readonly #clock: Clock;
  readonly #settleMs: number;
  readonly #onPress: (heldMs: number) => void;
  #down = false;
  #level = false;
  /** Undefined while the button is up, or was down before we looked. */
  #downAtMs: number | undefined;
  #settling: { cancel(): void } | undefined;

  constructor(clock: Clock, settleMs: number, onPress: (heldMs: number) => void) {
    this.#clock = clock;
    this.#settleMs = settleMs;
    this.#onPress = onPress;
  }

  /** The level before the first edge: a button that is held down while the box starts is no press. */
  begin(down: boolean): void {
    this.#down = this.#level = down;
    this.#downAtMs = undefined;
  }

  /** An edge was reported, and the contact reads `down` now. */
  edge(down: boolean): void {
    this.#level = down;
    if (this.#settling) return;
    if (down === this.#down && !down) this.#change(true);
    else if (down !== this.#down) this.#change(down);
  }

  stop(): void {
    this.#settling?.cancel();
    this.#settling = undefined;
  }

  #change(down: boolean): void {
    this.#down = down;
    this.#settling = this.#clock.after(this.#settleMs, () => {
      this.#settling = undefined;
      if (this.#level !== this.#down) this.#change(this.#level);
    });
    const sinceMs = this.#downAtMs;
    this.#downAtMs = down ? this.#clock.nowMs() : undefined;
    if (!down && sinceMs !== undefined) this.#onPress(this.#clock.nowMs() - sinceMs);
  }
}
