/** One thing after the other: while one takes its time, what comes behind it waits, and the peer is not read. */
export type Step = () => void | Promise<void>;

export interface StepEvents {
  /** True when a step has begun to take time, false when all are done. */
  busy(on: boolean): void;
  failed(error: unknown): void;
}

export class Steps {
  readonly #events: StepEvents;
  readonly #later: Step[] = [];
  #busy = false;

  constructor(events: StepEvents) {
    this.#events = events;
  }

  /** How many wait behind the one that takes its time. */
  get waiting(): number {
    return this.#later.length;
  }

  /** Runs it at once where nothing is before it. */
  add(step: Step): void {
    if (this.#busy) this.#later.push(step);
    else this.#run(step);
  }

  #run(step: Step): void {
    try {
      const done = step();
      if (done) this.#waitFor(done);
    } catch (error) {
      this.#events.failed(error);
    }
  }

  #waitFor(done: Promise<void>): void {
    this.#busy = true;
    this.#events.busy(true);
    void done.catch((error: unknown) => this.#events.failed(error)).then(() => this.#goOn());
  }

  #goOn(): void {
    this.#busy = false;
    while (!this.#busy) {
      const next = this.#later.shift();
      if (!next) break;
      this.#run(next);
    }
    if (!this.#busy) this.#events.busy(false);
  }
}
