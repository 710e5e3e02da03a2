/**
 * One connection that speaks for many: what it sends to one recipient is done in its order (RFC 6120 section 10.1), what it sends to
 * others does not wait for that.
 */
import { Lane } from './lane.ts';

export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  #pending = 0;

  /** Stanzas taken in and not yet done: what back-pressure looks at. */
  get pending(): number {
    return this.#pending;
  }

  /** Starts when all before it for the same recipient is done. `work` may not reject. */
  async run(recipient: string, work: () => Promise<void>): Promise<void> {
    const lane = this.#lanes.get(recipient) ?? new Lane();
    this.#lanes.set(recipient, lane);
    this.#pending += 1;
    await lane.barrier(work);
    this.#pending -= 1;
    if (lane.pending === 0 && this.#lanes.get(recipient) === lane) this.#lanes.delete(recipient);
  }
}
