/** Stream management on a link between servers (XEP-0198): who switches it on, and from when which side counts. acks.ts counts. */
import type { Clock } from '../clock.ts';
import { failed, NS_SM } from '../stream/management/stanzas.ts';
import { type Element, xml } from '../xml.ts';
import { Acks } from './acks.ts';
import type { Outgoing } from './outgoing.ts';

export interface ManagementOptions {
  clock: Clock;
  send: (element: Element) => void;
  /** Whether the peer may switch it on now: who dialled us may, once it is known. */
  mayEnable: () => boolean;
  /** The peer does not answer, or not enough. */
  lost: () => void;
}

export class Management {
  readonly #options: ManagementOptions;
  #acks: Acks | undefined;
  /** Who was dialled may send before it has read that we count, and counts from its `<enabled/>` on. */
  #peerCounts = false;

  constructor(options: ManagementOptions) {
    this.#options = options;
  }

  /** What is sent is kept until the peer has acknowledged it. */
  get on(): boolean {
    return this.#acks !== undefined;
  }

  /** Written and not acknowledged. */
  get waiting(): number {
    return this.#acks?.waiting ?? 0;
  }

  /** Where the peer offers it: what is sent from here on is counted. */
  enable(): void {
    this.#options.send(xml('enable', { xmlns: NS_SM }));
    this.#acks = new Acks(this.#options);
  }

  /** A stanza has been written. */
  sent(outgoing: Outgoing): void {
    this.#acks?.sent(outgoing);
  }

  /** A stanza came in, and is done when `done` resolves. @param key see repeats.ts */
  received(done: Promise<void>, key?: string): void {
    if (this.#peerCounts) this.#acks?.received(done, key);
  }

  /** What came in and the peer, which counts, has not heard of. */
  get untold(): string[] {
    return this.#acks?.untold ?? [];
  }

  /** @throws StreamError bad-format, undefined-condition */
  handle(element: Element): void {
    if (element.name === 'r') this.#acks?.requested();
    else if (element.name === 'a') this.#acks?.acknowledged(element);
    else if (element.name === 'failed') this.#end();
    else if (element.name === 'enable') this.#accept();
    else if (element.name === 'enabled') this.#peerCounts = true;
    else this.#options.send(failed('unexpected-request'));
  }

  /** The stream is about to be closed: what has been taken in need not come again. */
  conclude(): void {
    if (this.#peerCounts) this.#acks?.conclude();
  }

  /** The link is gone: gives what was not acknowledged, in order. */
  stop(): Outgoing[] {
    return this.#acks?.stop() ?? [];
  }

  #accept(): void {
    const { send, mayEnable } = this.#options;
    if (this.#acks || !mayEnable()) {
      send(failed('unexpected-request'));
      return;
    }
    send(xml('enabled', { xmlns: NS_SM }));
    this.#peerCounts = true;
    this.#acks = new Acks(this.#options);
  }

  #end(): void {
    this.#acks?.stop();
    this.#acks = undefined;
  }
}
