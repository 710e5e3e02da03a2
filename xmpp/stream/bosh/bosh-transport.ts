/** A stream in bodies of BOSH (XEP-0206). */
import type { ParserLimits } from '../parser.ts';
import { StreamError } from '../stream-error.ts';
import type { StreamAnswer, Transport, TransportEvents } from '../transport.ts';
import { qualified } from '../web/standalone.ts';
import type { WebPeer } from '../web/web-peer.ts';
import type { BoshBody } from './body.ts';
import type { BoshSession } from './session.ts';

export class BoshTransport implements Transport {
  readonly address: string;
  readonly secure: boolean;
  /** The connections change under a session. */
  readonly tls = undefined;
  readonly #session: BoshSession;
  readonly #admitted: () => void;
  #events: TransportEvents | undefined;
  #isNew = true;
  #awaitsRestart = false;
  /** The client has ended the stream, or has said what it must not. */
  #over = false;
  #hasFailed = false;

  /** @param admitted told once the client has logged in */
  constructor(session: BoshSession, { address, secure }: WebPeer, admitted: () => void) {
    this.#session = session;
    this.#admitted = admitted;
    this.address = address;
    this.secure = secure;
  }

  start(events: TransportEvents, limits: ParserLimits): void {
    this.#events = events;
    this.limit(limits);
    this.#session.start({ body: (body) => this.#onBody(body), closed: () => events.closed() });
  }

  restart(limits: ParserLimits): void {
    this.#awaitsRestart = true;
    this.limit(limits);
  }

  limit(limits: ParserLimits): void {
    this.#session.maxBytes = limits.bytes;
  }

  writeHeader({ from }: StreamAnswer): void {
    this.#session.tellFrom(from);
  }

  write(text: string, written?: (written: boolean) => void): void {
    if (text.startsWith('<stream:error')) this.#hasFailed = true;
    this.#session.send(qualified(text), written);
  }

  /** There is no second half to wait for: `terminate` ends both directions. */
  writeEnd(): void {
    this.end();
  }

  ignore(): void {
    this.#over = true;
  }

  hold(reason: string): void {
    this.#session.hold(reason);
  }

  release(reason: string): void {
    this.#session.release(reason);
  }

  admit(): void {
    this.#session.admit();
    this.#admitted();
  }

  end(): void {
    this.#session.end(this.#hasFailed ? 'remote-stream-error' : undefined);
  }

  destroy(): void {
    this.#session.destroy();
  }

  #onBody(body: BoshBody): void {
    if (this.#over) return;
    if (this.#isNew || body.restarts) this.#open(body);
    else for (const payload of body.payloads) this.#events?.element(payload);
    if (!body.terminates) return;
    this.#over = true;
    this.#events?.end();
  }

  /** What else stands in such a body is ignored (XEP-0206 section 5). */
  #open({ to, from, lang, version = '1.0' }: BoshBody): void {
    if (!this.#isNew && !this.#awaitsRestart) {
      this.#over = true;
      this.#events?.failed(new StreamError('bad-format', 'the stream is open already'));
      return;
    }
    this.#isNew = false;
    this.#awaitsRestart = false;
    this.#events?.header({ to, from, version, lang });
  }
}
