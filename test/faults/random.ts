/** Randomness that can be had again: its seed is printed, and CASP3R_SEED sets it. */

export class SeededRandom {
  readonly seed: number;
  #state: number;

  /** Prints the seed, with `name` for who looks for it. */
  constructor(name: string) {
    const given = process.env.CASP3R_SEED;
    this.seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
    this.#state = this.seed;
    console.info(`${name}: CASP3R_SEED=${this.seed}`);
  }

  /** From 0 up to and without 1 (the generator mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to and without `limit`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
  }
}
