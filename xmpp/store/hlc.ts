/**
 * Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014): follows the wall clock but never goes back, which a
 * Raspberry Pi's does at each start. A reading is text of the form that ids.ts lays down, so readings of all boxes sort and none
 * are equal. Ids and the stamps of changes are readings of the same clock: the mark kept with each transaction covers both.
 */
import type { Clock } from '../clock.ts';
import { counterOfId, idOf, idsPerMillisecond, timeOfId } from './ids.ts';

export class HybridClock {
  readonly #clock: Clock;
  readonly #boxId: string;
  #ms: number;
  #counter: number;

  /** `mark` is the last reading known from before, '' for none. */
  constructor(clock: Clock, boxId: string, mark: string) {
    this.#clock = clock;
    this.#boxId = boxId;
    this.#ms = mark === '' ? 0 : timeOfId(mark);
    this.#counter = mark === '' ? 0 : counterOfId(mark);
  }

  /** A reading later than every one before. */
  tick(): string {
    const nowMs = Math.floor(this.#clock.nowMs());
    this.#counter += 1;
    if (nowMs > this.#ms) {
      this.#ms = nowMs;
      this.#counter = 0;
    } else if (this.#counter === idsPerMillisecond) {
      this.#ms += 1;
      this.#counter = 0;
    }
    return this.mark;
  }

  /** The last reading given out. */
  get mark(): string {
    return idOf(this.#ms, this.#counter, this.#boxId);
  }
}
