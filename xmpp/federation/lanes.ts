/** The order of what comes in over one link: that of each sender (RFC 6120 section 10.1), so that none waits for another's. */
import { Lane, type Turn } from '../routing/lane.ts';

export class Lanes {
  readonly #bySender = new Map<string, Lane>();
  #pending = 0;

  /** Stanzas that came in and are not done. */
  get pending(): number {
    return this.#pending;
  }

  /** @param pipelined see routing/lane.ts: messages start at once, everything else waits for what came before */
  run(sender: string, pipelined: boolean, work: (turn?: Turn) => Promise<void>): Promise<void> {
    const lane = this.#bySender.get(sender) ?? new Lane();
    this.#bySender.set(sender, lane);
    this.#pending += 1;
    const done = pipelined ? lane.pipelined(work) : lane.barrier(() => work());
    return done.then(() => {
      this.#pending -= 1;
      if (lane.pending === 0) this.#bySender.delete(sender);
    });
  }
}
