/**
 * One WebSocket (RFC 6455): messages of text in and out, holding back reading, keepalive, and an end that cannot hang. This file is
 * the home of `ws`.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock, Timer } from '../../clock.ts';
import { MAX_LATE_BYTES, MAX_UNREAD_BEFORE_LOGIN_BYTES, MAX_UNREAD_BYTES } from '../wire.ts';

/** RFC 6455 section 7.4.1, as far as they are said here. */
export type CloseCode = 1000 | 1003 | 1007 | 1009;

const SUBPROTOCOL = 'xmpp';
/** For the peer to close as well. */
const CLOSE_MS = 2_000;
/** A peer that answers no ping for so long is gone. Proxies close what is silent for a minute. */
const PING_MS = 30_000;
/** Of one message; nobody has a reason for more. */
const MAX_FRAGMENTS = 1024;
/** Of a ping or pong: two bytes and the mask. */
const CONTROL_HEADER_BYTES = 6;

export interface MessageEvents {
  message(bytes: Buffer): void;
  /** What came in is no message of text within the limits; nothing more of it is given out. */
  failed(code: CloseCode): void;
  /** Called once, last. */
  closed(): void;
}

export class MessageSocket {
  readonly #ws: WebSocket;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #holds = new Set<string>();
  #events: MessageEvents | undefined;
  #state: 'up' | 'failed' | 'ending' = 'up';
  #maxMessageBytes = 0;
  #maxUnreadBytes = MAX_UNREAD_BEFORE_LOGIN_BYTES;
  /** What has come in of a message that is not whole yet. */
  #begunBytes = 0;
  #lateBytes = 0;
  #corked = false;
  #heard = true;
  #ping: Timer | undefined;

  constructor(ws: WebSocket, stream: Duplex, clock: Clock) {
    this.#ws = ws;
    this.#stream = stream;
    this.#clock = clock;
  }

  start(events: MessageEvents): void {
    this.#events = events;
    const ws = this.#ws;
    ws.on('message', (data, isBinary) => this.#onMessage(data as Buffer, isBinary));
    ws.on('ping', (data) => {
      this.#discount(data);
      this.#answer(data);
    });
    ws.on('pong', (data) => this.#discount(data));
    ws.on('error', (error) => this.#onError(error));
    ws.on('close', () => {
      this.#ping?.cancel();
      events.closed();
    });
    // Before ws looks at the same bytes: it takes messages whole, up to the largest that anyone may send.
    this.#stream.prependListener('data', (bytes: Buffer) => this.#onBytes(bytes.length));
    this.#keepAlive();
  }

  /** Bytes of one message; 0 for no limit but that of the listener. */
  limit(maxMessageBytes: number): void {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** One message, in one go with all else that is sent in the same turn. `written` as in Transport.write. */
  send(text: string, written?: (written: boolean) => void): void {
    if (this.#state === 'ending') {
      written?.(false);
      return;
    }
    this.#cork();
    this.#ws.send(text, (error) => written?.(!error));
    if (this.#ws.bufferedAmount > this.#maxUnreadBytes) this.destroy();
  }

  /** The peer has logged in. */
  admit(): void {
    this.#maxUnreadBytes = MAX_UNREAD_BYTES;
  }

  hold(reason: string): void {
    this.#holds.add(reason);
    if (this.#state !== 'ending') this.#ws.pause();
  }

  release(reason: string): void {
    if (this.#holds.delete(reason) && this.#holds.size === 0) this.#ws.resume();
  }

  /** Sends what is waiting, then closes; the peer has a moment to close as well. */
  end(code: CloseCode): void {
    if (this.#state === 'ending') return;
    this.#state = 'ending';
    this.#ws.resume();
    this.#ws.close(code);
  }

  destroy(): void {
    this.#ws.terminate();
  }

  #onBytes(count: number): void {
    this.#heard = true;
    if (this.#state === 'up') {
      if (this.#maxMessageBytes > 0 && this.#begunBytes > this.#maxMessageBytes) this.#fail(1009);
      this.#begunBytes += count;
    } else {
      this.#lateBytes += count;
      if (this.#lateBytes > MAX_LATE_BYTES) this.destroy();
    }
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    this.#begunBytes = 0;
    if (this.#state !== 'up') return;
    if (isBinary) this.#fail(1003);
    else this.#events?.message(data);
  }

  /** ws has sent its close frame by then; `close` follows. */
  #onError(error: Error): void {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.#fail(1009);
    else if (code === 'WS_ERR_INVALID_UTF8') this.#fail(1007);
    else this.destroy();
  }

  #fail(code: CloseCode): void {
    if (this.#state !== 'up') return;
    this.#state = 'failed';
    this.#events?.failed(code);
  }

  /** Between the fragments of a message there may be any number of them. */
  #discount(data: Buffer): void {
    this.#begunBytes = Math.max(0, this.#begunBytes - data.length - CONTROL_HEADER_BYTES);
  }

  /** Nobody who does not read the answers gets more of them. */
  #answer(data: Buffer): void {
    if (this.#ws.bufferedAmount < MAX_UNREAD_BEFORE_LOGIN_BYTES) this.#ws.pong(data, false, () => undefined);
  }

  #keepAlive(): void {
    this.#ping = this.#clock.after(PING_MS, () => {
      if (!this.#heard && this.#holds.size === 0) {
        this.destroy();
        return;
      }
      this.#heard = false;
      this.#ws.ping(undefined, false, () => undefined);
      this.#keepAlive();
    });
  }

  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#stream.cork();
    queueMicrotask(() => {
      this.#corked = false;
      this.#stream.uncork();
    });
  }
}

/** Takes HTTP connections over as WebSockets of the subprotocol `xmpp`, without compression. */
export class MessageSocketServer {
  readonly #server: WebSocketServer;
  readonly #clock: Clock;

  /** @param maxMessageBytes the most that anyone may ever send in one message; 0 for no limit */
  constructor(clock: Clock, maxMessageBytes: number) {
    this.#clock = clock;
    const limits = { maxPayload: maxMessageBytes, maxFragments: MAX_FRAGMENTS, closeTimeout: CLOSE_MS };
    this.#server = new WebSocketServer({
      ...limits,
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      autoPong: false,
      handleProtocols: () => SUBPROTOCOL,
    });
  }

  /** Whether the client speaks XMPP over WebSocket at all (RFC 7395 section 3.1). */
  offersXmpp(request: IncomingMessage): boolean {
    const offered = request.headers['sec-websocket-protocol'] ?? '';
    return offered.split(',').some((name) => name.trim() === SUBPROTOCOL);
  }

  /** Calls back once the handshake is done; one that is no handshake gets its HTTP answer. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer, opened: (socket: MessageSocket) => void): void {
    this.#server.handleUpgrade(request, stream, head, (ws) => opened(new MessageSocket(ws, stream, this.#clock)));
  }
}
