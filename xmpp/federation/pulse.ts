/**
 * For peers without stream management: whether what is written still arrives. A connection that is dead (a router forgot it) takes
 * in what is written for a quarter of an hour before the system says so. So there is a ping (XEP-0199) behind what was said: its answer
 * proves all that was written before it.
 */
import type { Clock, Timer } from '../clock.ts';
import { isMissed, type Outgoing } from './outgoing.ts';

/** From what is written to the ping behind it, which proves the rest of these seconds as well. */
const ASK_MS = 5_000;
/** What is remembered of a peer that is slow to answer; what is older than that is taken to have arrived. */
const MAX_UNPROVEN_BYTES = 1024 * 1024;

export interface PulseOptions {
  clock: Clock;
  /** Resolves with whether the peer answered, by whatever link; undefined where nobody can ask as that domain of ours. */
  ping: (local: string, remote: string) => Promise<boolean | undefined>;
  /** The peer, which has answered before, does not any more. */
  lost: () => void;
}

export class Pulse {
  readonly #options: PulseOptions;
  #unproven: Outgoing[] = [];
  #bytes = 0;
  #timer: Timer | undefined;
  #asking = false;
  #stopped = false;
  /** Some answer no pings, or have no way to us: their silence says nothing. */
  #answers: boolean | undefined;

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#unproven.length;
  }

  /** A stanza has been written. Answers need no ping behind them, least of all those to the peer's pings: it might ask by the same rule. */
  sent(outgoing: Outgoing): void {
    if (this.#stopped || this.#answers === false || !isMissed(outgoing)) return;
    this.#unproven.push(outgoing);
    this.#bytes += outgoing.bytes;
    while (this.#bytes > MAX_UNPROVEN_BYTES) this.#drop(1);
    this.#askLater();
  }

  /** The link is gone: gives what may not have arrived, in order; nothing where the peer's answers are not to be had. */
  stop(): Outgoing[] {
    this.#stopped = true;
    this.#timer?.cancel();
    const unproven = this.#unproven.splice(0);
    return this.#answers ? unproven : [];
  }

  #askLater(): void {
    if (this.#asking || this.#timer || this.#stopped) return;
    this.#timer = this.#options.clock.after(ASK_MS, () => {
      this.#timer = undefined;
      void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const last = this.#unproven.at(-1);
    if (!last) return;
    this.#asking = true;
    const answered = await this.#options.ping(last.from.domain, last.to.domain);
    this.#asking = false;
    if (this.#stopped) return;
    if (answered !== false) {
      this.#answers ||= answered;
      this.#drop(this.#unproven.indexOf(last) + 1);
      if (this.#unproven.length > 0) this.#askLater();
    } else if (this.#answers) this.#options.lost();
    else {
      this.#answers = false;
      this.#drop(this.#unproven.length);
    }
  }

  #drop(count: number): void {
    for (const { bytes } of this.#unproven.splice(0, count)) this.#bytes -= bytes;
  }
}
