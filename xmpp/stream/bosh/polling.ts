/** How often a session that polls may ask with nothing to say (XEP-0124 section 12). */
import type { Clock } from '../../clock.ts';
import type { BoshBody } from './body.ts';

export class Polling {
  readonly #clock: Clock;
  readonly #seconds: number | undefined;
  /** When the last request came, if that and its answer were empty. */
  #emptyAtMs: number | undefined;

  /** @param seconds from one empty request to the next; undefined for a session that does not poll */
  constructor(clock: Clock, seconds: number | undefined) {
    this.#clock = clock;
    this.#seconds = seconds;
  }

  isTooSoon(body: BoshBody): boolean {
    const empty = body.payloads.length === 0 && !body.terminates && !body.restarts && body.pause === undefined;
    const nowMs = this.#clock.nowMs();
    const sinceMs = nowMs - (this.#emptyAtMs ?? Number.NEGATIVE_INFINITY);
    this.#emptyAtMs = empty ? nowMs : undefined;
    return this.#seconds !== undefined && empty && sinceMs < this.#seconds * 1000;
  }

  /** The answer to the last request carried something: there may be more. */
  carried(): void {
    this.#emptyAtMs = undefined;
  }
}
