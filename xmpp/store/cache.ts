/** Keeps the answers of reads that every stanza makes; the oldest goes when it is full. */
export class ReadCache<Value> {
  readonly #limit: number;
  readonly #kept = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is absent is not kept: strangers choose the names that are looked up. */
  get<Found extends Value | undefined>(key: string, read: () => Found): Found | Value {
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const value = read();
    if (value !== undefined) {
      if (this.#kept.size >= this.#limit) this.#forgetOldest();
      this.#kept.set(key, value);
    }
    return value;
  }

  forget(key: string): void {
    this.#kept.delete(key);
  }

  clear(): void {
    this.#kept.clear();
  }

  #forgetOldest(): void {
    for (const key of this.#kept.keys()) {
      this.#kept.delete(key);
      return;
    }
  }
}
