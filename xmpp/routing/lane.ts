/**
 * The order of one peer's stanzas (RFC 6120 section 10.1: processed in order) without waiting for the disk between them.
 *
 * A message starts as soon as it arrives; its commit joins the group that is being written, and its effects wait for their turn
 * (`turn`). Everything else is a barrier: it starts when all that came before it is done, so that an IQ sees what the messages
 * before it wrote, and what comes after it starts when it is done, so that a message knows of the block before it.
 *
 * Nothing that is given to a lane may reject it: a failure is the work's own.
 */
export type Turn = () => Promise<void>;

export class Lane {
  /** Resolves when everything up to now is done. Never rejects. */
  #tail: Promise<void> = Promise.resolve();
  /** The last barrier, while it is not done. */
  #gate: Promise<void> | undefined;
  #pending = 0;

  /** Stanzas taken in and not yet done: what back-pressure looks at. */
  get pending(): number {
    return this.#pending;
  }

  /** Starts when all before it is done. */
  barrier(work: () => Promise<void>): Promise<void> {
    const done = this.#follow(this.#tail.then(work)).then(() => {
      if (this.#gate === done) this.#gate = undefined;
    });
    this.#gate = done;
    return done;
  }

  /** Starts now, or when the last barrier is done; `turn()` resolves when all before it is done. */
  pipelined(work: (turn: Turn) => Promise<void>): Promise<void> {
    const before = this.#tail;
    const turn = () => before;
    const worked = this.#gate ? this.#gate.then(() => work(turn)) : work(turn);
    return this.#follow(Promise.all([worked, before]).then(() => undefined));
  }

  #follow(done: Promise<void>): Promise<void> {
    this.#pending += 1;
    this.#tail = done.then(
      () => this.#finish(),
      () => this.#finish(),
    );
    return this.#tail;
  }

  #finish(): void {
    this.#pending -= 1;
  }
}
