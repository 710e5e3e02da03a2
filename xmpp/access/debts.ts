/** Counters that wear off with time, one a key, in bounded memory: what someone owes for what went wrong. */
import type { Clock } from '../clock.ts';

interface Debt {
  amount: number;
  atMs: number;
}

export class Debts {
  readonly #clock: Clock;
  /** How long one unit takes to wear off. */
  readonly #unitMs: number;
  readonly #maxKeys: number;
  /** Least recently added to first, so that a flood of new keys pushes out the quiet ones. */
  readonly #debts = new Map<string, Debt>();

  constructor(clock: Clock, unitMs: number, maxKeys = 10_000) {
    this.#clock = clock;
    this.#unitMs = unitMs;
    this.#maxKeys = maxKeys;
  }

  of(key: string): number {
    const debt = this.#debts.get(key);
    if (!debt) return 0;
    const left = debt.amount - (this.#clock.nowMs() - debt.atMs) / this.#unitMs;
    if (left > 0) return left;
    this.#debts.delete(key);
    return 0;
  }

  add(key: string): void {
    const amount = this.of(key) + 1;
    this.#debts.delete(key);
    this.#debts.set(key, { amount, atMs: this.#clock.nowMs() });
    if (this.#debts.size <= this.#maxKeys) return;
    const [oldest] = this.#debts.keys();
    if (oldest !== undefined) this.#debts.delete(oldest);
  }

  clear(key: string): void {
    this.#debts.delete(key);
  }

  get size(): number {
    return this.#debts.size;
  }
}
