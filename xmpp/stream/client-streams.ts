/** What the client streams of all listeners share: counts by address, and the sessions that can be resumed. */
import type { Clock } from '../clock.ts';
import { AddressCounter } from './addresses.ts';
import type { ClientStream } from './client-stream.ts';
import { Resumables } from './management/resumables.ts';
import type { StreamCondition } from './stream-error.ts';

const STOP_MS = 3_000;

export class ClientStreams {
  readonly addresses = new AddressCounter();
  readonly resumables = new Resumables();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends streams. Resolves when they are gone; those that take too long are cut. */
  async end(streams: readonly ClientStream[], condition: StreamCondition): Promise<void> {
    for (const stream of streams) stream.shutDown(condition);
    const timer = this.#clock.after(STOP_MS, () => {
      for (const stream of streams) stream.cut();
    });
    await Promise.all(streams.map((stream) => stream.ended));
    timer.cancel();
  }

  /** Ends the sessions that wait for a resumption: what they were given goes back. For when all listeners have stopped. */
  close(condition: StreamCondition): void {
    for (const outlet of this.resumables.all()) outlet.close(condition);
  }
}
