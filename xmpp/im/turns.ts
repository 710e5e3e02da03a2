/** Work that must not overlap, by key: what reads a roster, say, writes it and tells of it is one turn of its account. */
export class Turns {
  readonly #tails = new Map<string, Promise<void>>();

  busy(key: string): boolean {
    return this.#tails.has(key);
  }

  /** Starts at once where the key is idle. Never await a turn of a key within a turn of the same key. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const result = before ? before.then(work) : work();
    const tail: Promise<void> = result.then(
      () => this.#done(key, tail),
      () => this.#done(key, tail),
    );
    this.#tails.set(key, tail);
    return result;
  }

  #done(key: string, tail: Promise<void>): void {
    if (this.#tails.get(key) === tail) this.#tails.delete(key);
  }
}
