/** What a server has promised so far, as its clients saw it, to be held against what it still knows after it was killed. */

export interface Said {
  id: string;
  from: string;
  to: string;
}

/** A value that one member overwrites again and again with the next number. */
interface Overwritten {
  /** The highest number that was answered with a result, and the highest that was sent. */
  answered: number;
  tried: number;
}

export class Promises {
  /** Every message that was sent, by its id. */
  readonly said = new Map<string, Said>();
  /** Those that the server has answered for: by `<a h=''/>`, or because their recipient saw them with their archive id. */
  readonly kept = new Set<string>();
  /** The archive id that the recipient saw, by message id. */
  readonly archiveIds = new Map<string, string>();
  /** Stanzas that came back as errors. */
  readonly refused: string[] = [];
  readonly #values = new Map<string, Overwritten>();
  #count = 0;
  #awaiting: (() => void)[] = [];

  keep(id: string): void {
    if (this.kept.has(id)) return;
    this.kept.add(id);
    this.#given();
  }

  seen(id: string, archiveId: string): void {
    this.archiveIds.set(id, archiveId);
    this.keep(id);
  }

  refuse(id: string): void {
    this.refused.push(id);
    this.#given();
  }

  value(name: string): Overwritten {
    const known = this.#values.get(name) ?? { answered: -1, tried: -1 };
    this.#values.set(name, known);
    return known;
  }

  answered(name: string, number: number): void {
    this.value(name).answered = number;
    this.#given();
  }

  get values(): ReadonlyMap<string, Overwritten> {
    return this.#values;
  }

  /** Resolves with the next promise. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#awaiting.push(resolve));
  }

  /** Resolves in the very turn in which `count` more have been given. */
  async more(count: number): Promise<void> {
    const enough = this.#count + count;
    while (this.#count < enough) await this.next();
  }

  #given(): void {
    this.#count += 1;
    for (const resolve of this.#awaiting.splice(0)) resolve();
  }
}
