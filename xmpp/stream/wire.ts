/** One connection of a stream: writing in batches, holding back reading, the change to TLS, and an end that cannot hang. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import { secure, type WireTls } from './secure.ts';
import type { TlsIdentity } from './tls.ts';

export type { WireTls };

/** What a peer may leave unread before it is cut off; more than a resumption sends at once (management/managed-outlet.ts). */
export const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
/** The same before it has logged in: strangers are many, and little is said to them. */
export const MAX_UNREAD_BEFORE_LOGIN_BYTES = 128 * 1024;
/** What is read while the last words to a peer are on their way. */
export const MAX_LATE_BYTES = 1024 * 1024;
const HANDSHAKE_MS = 10_000;
/** For the peer to take in the last words and close as well. */
const END_MS = 2_000;
const KEEPALIVE_MS = 60_000;

export interface WireEvents {
  data(bytes: Buffer): void;
  /** The connection is gone, whoever ended it. Called once, last. */
  closed(): void;
}

export interface WireOptions {
  /** Where the client is, which a proxy before the box may have told. */
  address: string;
  /** Where TLS is up already. */
  tls?: WireTls | undefined;
  /** Told once the peer has logged in. */
  admitted?: () => void;
}

export class Wire {
  readonly address: string;
  readonly #clock: Clock;
  readonly #holds = new Set<string>();
  #socket: Socket;
  #events: WireEvents | undefined;
  readonly #admitted: (() => void) | undefined;
  #tls: WireTls | undefined;
  #out = '';
  #waiting: ((written: boolean) => void)[] = [];
  #state: 'up' | 'ending' | 'closed' = 'up';
  #late = 0;
  #maxUnreadBytes = MAX_UNREAD_BEFORE_LOGIN_BYTES;

  constructor(socket: Socket, clock: Clock, { address, tls, admitted }: WireOptions) {
    this.#socket = socket;
    this.#clock = clock;
    this.address = address;
    this.#tls = tls;
    this.#admitted = admitted;
  }

  get tls(): WireTls | undefined {
    return this.#tls;
  }

  get secure(): boolean {
    return this.#tls !== undefined;
  }

  /** Bytes that came in and have not been given to anyone yet. */
  get unreadBytes(): number {
    return this.#socket.readableLength;
  }

  /** Begins reading. */
  start(events: WireEvents): void {
    this.#events = events;
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, KEEPALIVE_MS);
    this.#listen();
  }

  /**
   * Writes in one go with all else that is written in the same turn. `written` is told once: true when the system has taken it,
   * false when it never will.
   */
  write(text: string, written?: (written: boolean) => void): void {
    if (this.#state !== 'up') {
      written?.(false);
      return;
    }
    if (written) this.#waiting.push(written);
    if (this.#socket.destroyed) return;
    if (this.#out === '') queueMicrotask(() => this.#flush());
    this.#out += text;
    if (this.#socket.writableLength + this.#out.length > this.#maxUnreadBytes) this.destroy();
  }

  /** The peer has logged in. */
  admit(): void {
    this.#maxUnreadBytes = MAX_UNREAD_BYTES;
    this.#admitted?.();
  }

  /** Reading stops while anyone holds it. */
  hold(reason: string): void {
    this.#holds.add(reason);
    if (this.#state === 'up') this.#socket.pause();
  }

  release(reason: string): void {
    if (this.#holds.delete(reason) && this.#holds.size === 0) this.#socket.resume();
  }

  /** The server's side of STARTTLS. Rejects where it fails or takes too long; the connection is gone then. */
  async startTls(identity: TlsIdentity): Promise<void> {
    await this.upgrade(async (plain) => {
      const { socket, tls } = await secure(plain, { identityFor: () => identity });
      this.#tls = tls;
      return socket;
    });
  }

  /** The change to TLS by a handshake of either side. Resolves with its socket; rejects as `startTls` does. */
  async upgrade(handshake: (plain: Socket) => Promise<TLSSocket>): Promise<TLSSocket> {
    this.#flush();
    const plain = this.#socket;
    plain.removeAllListeners('data');
    const timeout = this.#clock.after(HANDSHAKE_MS, () => plain.destroy());
    try {
      const socket = await handshake(plain);
      this.#socket = socket;
      if (this.#events) this.#listen();
      return socket;
    } catch (error) {
      this.#closed();
      throw error;
    } finally {
      timeout.cancel();
    }
  }

  /** Sends what is waiting, then closes; goes on reading a while, so that the last words of neither side are lost to a reset. */
  end(): void {
    if (this.#state !== 'up') return;
    this.#flush();
    this.#state = 'ending';
    this.#socket.end();
    this.#socket.resume();
    this.#clock.after(END_MS, () => this.destroy());
  }

  /** Closes at once. */
  destroy(): void {
    this.#socket.destroy();
    if (this.#events === undefined) this.#state = 'closed';
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => {
      if (socket === this.#socket) this.end();
    });
    socket.on('close', () => {
      if (socket === this.#socket) this.#closed();
    });
    if (this.#holds.size > 0) socket.pause();
    else socket.resume();
    if (socket.destroyed) this.#closed();
  }

  #onData(bytes: Buffer): void {
    if (this.#state === 'ending') this.#late += bytes.length;
    if (this.#late > MAX_LATE_BYTES) this.destroy();
    else this.#events?.data(bytes);
  }

  #flush(): void {
    if (this.#out === '' || this.#state !== 'up') return;
    const text = this.#out;
    const waiting = this.#waiting;
    this.#out = '';
    this.#waiting = [];
    this.#socket.write(text, (error) => {
      for (const written of waiting) written(!error);
    });
  }

  #closed(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const written of this.#waiting.splice(0)) written(false);
    this.#events?.closed();
  }
}
