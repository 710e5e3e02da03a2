/**
 * The order of what comes in over one connection that speaks for many (RFC 6120 section 10.1): that of each peer, so that none waits
 * for another's.
 */
import { Lane, type Turn } from './lane.ts';

export class Lanes {
  readonly #byPeer = new Map<string, Lane>();
  #pending = 0;

  /** Stanzas that came in and are not done: what back-pressure looks at. */
  get pending(): number {
    return this.#pending;
  }

  /** @param pipelined see lane.ts: messages start at once, everything else waits for what came before */
  run(peer: string, pipelined: boolean, work: (turn?: Turn) => Promise<void>): Promise<void> {
    const lane = this.#byPeer.get(peer) ?? new Lane();
    this.#byPeer.set(peer, lane);
    this.#pending += 1;
    const done = pipelined ? lane.pipelined(work) : lane.barrier(() => work());
    return done.then(() => {
      this.#pending -= 1;
      if (lane.pending === 0) this.#byPeer.delete(peer);
    });
  }
}
