/**
 * Bounds how much of one kind is under way at once; the rest waits its turn. Those who ask take turns: who asks for a thousand things
 * keeps nobody else waiting for more than one of them.
 */
export class Slots {
  readonly #most: number;
  /** By who asks, the next one first. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async run<T>(asker: string, work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#most) await new Promise<void>((resolve) => this.#wait(asker, resolve));
    else this.#taken += 1;
    try {
      return await work();
    } finally {
      const next = this.#next();
      // Handed on, so that nobody who comes now gets before who waited.
      if (next) next();
      else this.#taken -= 1;
    }
  }

  #wait(asker: string, resolve: () => void): void {
    const line = this.#waiting.get(asker);
    if (line) line.push(resolve);
    else this.#waiting.set(asker, [resolve]);
  }

  #next(): (() => void) | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    const [asker, line] = first;
    const next = line.shift();
    this.#waiting.delete(asker);
    if (line.length > 0) this.#waiting.set(asker, line);
    return next;
  }
}
