/**
 * What goes from one of our domains to one of theirs: over a link that is up, or it waits, not too much and not too long, for one
 * that is being opened. After a failure the next try waits longer each time; what cannot wait so long comes back.
 */
import type { Timer } from '../clock.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { FederationContext } from './context.ts';
import type { Conversation } from './conversation.ts';
import { asFailure, PeerFailure } from './failure.ts';
import type { Pair } from './negotiation.ts';
import { mayRepeat, type Outgoing } from './outgoing.ts';

const MAX_WAITING = 500;
const MAX_WAITING_BYTES = 1024 * 1024;
const MAX_WAIT_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
/** Half of what waits at most: all that is sent meets at least one more try. */
const LONGEST_PAUSE_MS = 30_000;
const LASTING_PAUSE_MS = 60_000;
/** Not all boxes that lost one server come back to it at once (RFC 6120 section 3.3). */
const SCATTER = 0.25;

export const LOST = 'The connection to the server was lost.';

export interface Room {
  take(bytes: number): boolean;
  giveBack(bytes: number): void;
}

export interface RouteOptions {
  context: Pick<FederationContext, 'clock' | 'random' | 'log' | 'trouble'>;
  pair: Pair;
  /** A link over which the pair may speak, if one is up. */
  find: () => Pick<Conversation, 'send'> | undefined;
  /** @param asker who waits for it first @throws PeerFailure */
  open: (asker: string) => Promise<unknown>;
  /** Of all routes: takes room for so many bytes, if there is any, and gives it back. */
  room: Room;
  /** Back to who sent it. */
  bounce: (outgoing: Outgoing, error: StanzaError) => void;
}

export class Route {
  readonly pair: Pair;
  readonly #options: RouteOptions;
  #waiting: Outgoing[] = [];
  #bytes = 0;
  #opening = false;
  #failures = 0;
  #failure: PeerFailure | undefined;
  #nextTryMs = 0;
  #pause: Timer | undefined;
  #expiry: Timer | undefined;

  constructor(options: RouteOptions) {
    this.#options = options;
    this.pair = options.pair;
  }

  get state(): 'connecting' | 'waiting' | 'quiet' {
    if (this.#opening) return 'connecting';
    return this.#failure && this.#nextTryMs > this.#options.context.clock.nowMs() ? 'waiting' : 'quiet';
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Nothing would be lost if it were forgotten. */
  get forgettable(): boolean {
    return this.#waiting.length === 0 && this.state === 'quiet';
  }

  send(outgoing: Outgoing): void {
    const up = this.#waiting.length === 0 ? this.#options.find() : undefined;
    if (up) up.send(outgoing);
    else this.#queue(outgoing);
  }

  /** A link is up, by whatever way. */
  ready(): void {
    const conversation = this.#options.find();
    if (!conversation) return;
    this.#failures = 0;
    this.#failure = undefined;
    this.#nextTryMs = 0;
    this.#endPause();
    for (const outgoing of this.#take()) conversation.send(outgoing);
  }

  /** A link is gone, and the peer may not have got this. What it may get twice is tried once more. */
  lost(rest: readonly Outgoing[]): void {
    const error = new StanzaError('remote-server-timeout', { text: LOST });
    const again = rest.filter((outgoing) => mayRepeat(outgoing) && !outgoing.retried);
    for (const outgoing of rest) if (!again.includes(outgoing)) this.#options.bounce(outgoing, error);
    // Before what was sent later and waits already.
    const later = this.#take();
    for (const outgoing of again) this.send({ ...outgoing, retried: true });
    for (const outgoing of later) this.send(outgoing);
  }

  /** The server is there again, or so it seems: what waits goes on without a pause. */
  hurry(): void {
    if (this.#opening || !this.#failure) return;
    this.#endPause();
    this.#nextTryMs = 0;
    if (this.#waiting.length > 0) void this.#open();
  }

  /** Gives back everything. */
  stop(error: StanzaError): void {
    this.#endPause();
    this.#expiry?.cancel();
    for (const outgoing of this.#take()) this.#options.bounce(outgoing, error);
  }

  #queue(outgoing: Outgoing): void {
    const pauseMs = this.#nextTryMs - this.#options.context.clock.nowMs();
    if (this.#failure?.lasting && !this.#opening && pauseMs > 0) {
      this.#options.bounce(outgoing, this.#failure.toStanzaError());
      return;
    }
    if (this.#waiting.length >= MAX_WAITING || !this.#keep(outgoing)) {
      const text = 'Too much waits for this server already.';
      this.#options.bounce(outgoing, new StanzaError('resource-constraint', { text }));
      return;
    }
    this.#watch();
    this.#openAfter(pauseMs);
  }

  #openAfter(pauseMs: number): void {
    if (this.#opening || this.#pause) return;
    if (pauseMs <= 0) void this.#open();
    else this.#pause = this.#options.context.clock.after(pauseMs, () => void this.#open());
  }

  #endPause(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
  }

  #keep(outgoing: Outgoing): boolean {
    if (this.#bytes + outgoing.bytes > MAX_WAITING_BYTES || !this.#options.room.take(outgoing.bytes)) return false;
    this.#waiting.push(outgoing);
    this.#bytes += outgoing.bytes;
    return true;
  }

  /** However long a link takes to open, what waits for it comes back in time. */
  #watch(): void {
    this.#expiry ??= this.#options.context.clock.after(MAX_WAIT_MS, () => {
      this.#expiry = undefined;
      const lateMs = this.#options.context.clock.nowMs() - MAX_WAIT_MS;
      const error = (this.#failure ?? new PeerFailure('it was not reached in time')).toStanzaError();
      for (const outgoing of this.#take()) {
        if (outgoing.atMs <= lateMs || !this.#keep(outgoing)) this.#options.bounce(outgoing, error);
      }
      if (this.#waiting.length > 0) this.#watch();
    });
  }

  async #open(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    this.#endPause();
    try {
      await this.#options.open(this.#waiting[0]?.from.bare.toString() ?? '');
      this.#opening = false;
      this.ready();
    } catch (error) {
      this.#opening = false;
      this.#failed(asFailure(error));
    }
  }

  #failed(failure: PeerFailure): void {
    const { context, pair, bounce } = this.#options;
    // The peer may have dialled us meanwhile.
    if (this.#options.find()) {
      this.ready();
      return;
    }
    const backOffMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** this.#failures) * (1 - SCATTER * this.#lot());
    const pauseMs = failure.lasting ? LASTING_PAUSE_MS : backOffMs;
    const nowMs = context.clock.nowMs();
    this.#failures += 1;
    this.#failure = failure;
    this.#nextTryMs = nowMs + pauseMs;
    context.trouble(pair.remote, failure.message);
    context.log.info({ ...pair, reason: failure.message }, 'no connection to a server');
    for (const outgoing of this.#take()) {
      const waits = !failure.lasting && this.#nextTryMs - outgoing.atMs <= MAX_WAIT_MS;
      if (!waits || !this.#keep(outgoing)) bounce(outgoing, failure.toStanzaError());
    }
    if (this.#waiting.length > 0) this.#openAfter(pauseMs);
  }

  /** From 0 to below 1. */
  #lot(): number {
    return this.#options.context.random(4).readUInt32BE() / 2 ** 32;
  }

  #take(): Outgoing[] {
    this.#options.room.giveBack(this.#bytes);
    this.#bytes = 0;
    return this.#waiting.splice(0);
  }
}
