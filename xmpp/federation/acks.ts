/** Stream management between servers (XEP-0198), without resumption: what the peer has not taken in yet, and what we have. */
import type { Clock, Timer } from '../clock.ts';
import { counter, handledTooHigh, NS_SM, wrapped } from '../stream/management/stanzas.ts';
import { type Element, xml } from '../xml.ts';
import type { Outgoing } from './outgoing.ts';

/** A peer that leaves more than this unacknowledged, or a request unanswered for so long, is taken to be gone. */
const MAX_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

export interface AcksOptions {
  clock: Clock;
  send: (element: Element) => void;
  /** The peer does not answer, or not enough. */
  lost: () => void;
}

export class Acks {
  readonly #options: AcksOptions;
  #unacked: Outgoing[] = [];
  #bytes = 0;
  #acknowledged = 0;
  #handled = 0;
  /** As the peer was told last, and what came in since. */
  #told = 0;
  #untold: (string | undefined)[] = [];
  #inOrder: Promise<void> = Promise.resolve();
  #asked: Timer | undefined;
  #stopped = false;

  constructor(options: AcksOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#unacked.length;
  }

  /** What came in and the peer has not heard of. */
  get untold(): string[] {
    return this.#untold.filter((key) => key !== undefined);
  }

  /** A stanza has been written. */
  sent(outgoing: Outgoing): void {
    this.#unacked.push(outgoing);
    this.#bytes += outgoing.bytes;
    if (this.#bytes > MAX_BYTES) this.#options.lost();
    else this.#ask();
  }

  /** A stanza came in: `h` counts it once `done` and all before it are. @param key see repeats.ts */
  received(done: Promise<void>, key?: string): void {
    this.#untold.push(key);
    this.#inOrder = this.#inOrder.then(async () => {
      await done;
      this.#handled = wrapped(this.#handled + 1);
    });
  }

  /** `<r/>` */
  requested(): void {
    void this.#inOrder.then(() => this.#tell());
  }

  /** The stream is about to be closed: what has been taken in need not come again. */
  conclude(): void {
    if (this.#told !== this.#handled) this.#tell();
  }

  /** `<a/>`. @throws StreamError bad-format, undefined-condition */
  acknowledged(element: Element): void {
    const h = counter(element.attrs.h);
    const count = wrapped(h - this.#acknowledged);
    if (count > this.#unacked.length) throw handledTooHigh(h, wrapped(this.#acknowledged + this.#unacked.length));
    this.#acknowledged = h;
    for (const { bytes } of this.#unacked.splice(0, count)) this.#bytes -= bytes;
    this.#asked?.cancel();
    this.#asked = undefined;
    this.#ask();
  }

  /** The link is gone: gives what was not acknowledged, in order. */
  stop(): Outgoing[] {
    this.#stopped = true;
    this.#asked?.cancel();
    return this.#unacked.splice(0);
  }

  #tell(): void {
    if (this.#stopped) return;
    this.#untold.splice(0, wrapped(this.#handled - this.#told));
    this.#told = this.#handled;
    this.#options.send(xml('a', { xmlns: NS_SM, h: this.#handled }));
  }

  /** One request is out at a time; what is sent until its answer comes is asked for by the next one. */
  #ask(): void {
    if (this.#asked || this.#stopped || this.#unacked.length === 0) return;
    this.#asked = this.#options.clock.after(TIMEOUT_MS, () => this.#options.lost());
    queueMicrotask(() => {
      if (!this.#stopped) this.#options.send(xml('r', { xmlns: NS_SM }));
    });
  }
}
