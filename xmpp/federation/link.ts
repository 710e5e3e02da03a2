/** One connection between two servers as a stream of jabber:server (RFC 6120 section 4): what goes over it, not what it means. */
import type { Clock, Timer } from '../clock.ts';
import type { Limits } from '../config.ts';
import { NS_STREAM, type ParserLimits, type StreamHeader, StreamParser } from '../stream/parser.ts';
import { attribute, serialize } from '../stream/serialize.ts';
import { StreamError } from '../stream/stream-error.ts';
import type { Wire } from '../stream/wire.ts';
import type { Element } from '../xml.ts';
import { NS_DIALBACK } from './dialback.ts';

const NS_SERVER = 'jabber:server';
/** For the peer to close its side once ours is closed. */
const CLOSE_MS = 2_000;

export interface LinkEvents {
  header(header: StreamHeader): void;
  element(element: Element): void;
  /** The peer closed its stream. */
  end(): void;
  /** What came in is no stream, or over the limits. */
  failed(error: unknown): void;
  /** The connection is gone. Called once, last. */
  closed(): void;
}

export interface HeaderAddresses {
  from: string | undefined;
  to: string | undefined;
  /** Of the answer to a header. */
  id?: string;
  lang?: string;
}

export class Link {
  readonly wire: Wire;
  readonly #clock: Clock;
  readonly #limits: Limits;
  #events: LinkEvents | undefined;
  #parser: StreamParser | undefined;
  #ignoring = false;
  #admitted = false;
  headerSent = false;
  #finished = false;
  #closing: Timer | undefined;

  constructor(wire: Wire, limits: Limits, clock: Clock) {
    this.wire = wire;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Begins reading. */
  start(events: LinkEvents): void {
    this.#events = events;
    this.restart();
    this.wire.start({
      data: (bytes) => this.#onData(bytes),
      closed: () => {
        this.#finished = true;
        this.#closing?.cancel();
        events.closed();
      },
    });
  }

  /** The stream begins anew: what comes next is a header. */
  restart(): void {
    this.headerSent = false;
    if (this.#events) this.#parser = new StreamParser(NS_SERVER, this.#events, this.#parserLimits());
  }

  /** The peer is who it says: it may send whole stanzas, and leave more unread. */
  admit(): void {
    this.#admitted = true;
    this.wire.admit();
    this.#parser?.limit(this.#parserLimits());
  }

  /** Nothing has come in behind the element that was given out last. */
  get quiet(): boolean {
    return this.#parser?.midElement === false && this.wire.unreadBytes === 0;
  }

  /** A header that we begin with names no language: what our members say is in theirs. */
  writeHeader({ from, to, id, lang }: HeaderAddresses): void {
    this.headerSent = true;
    const attributes = Object.entries({ id, from, to, 'xml:lang': lang })
      .map(([name, value]) => (value === undefined ? '' : ` ${name}='${attribute(value)}'`))
      .join('');
    this.wire.write(
      `<?xml version='1.0'?><stream:stream xmlns='${NS_SERVER}' xmlns:stream='${NS_STREAM}'` +
        ` xmlns:db='${NS_DIALBACK}'${attributes} version='1.0'>`,
    );
  }

  send(element: Element): void {
    this.write(serialize(element));
  }

  /** `written` is told once: true when the system has taken it, false when it never will. */
  write(text: string, written?: (written: boolean) => void): void {
    if (this.#finished) written?.(false);
    else this.wire.write(text, written);
  }

  get open(): boolean {
    return !this.#finished;
  }

  /** Ends the stream with this error, or cleanly: then the peer may say its last words. */
  finish(error?: StreamError): void {
    if (this.#finished) return;
    if (!this.headerSent) this.writeHeader({ from: undefined, to: undefined });
    if (error) this.wire.write(serialize(error.toElement()));
    this.wire.write('</stream:stream>');
    this.#finished = true;
    if (error) this.#ignoring = true;
    if (error) this.wire.end();
    else this.#closing = this.#clock.after(CLOSE_MS, () => this.wire.end());
  }

  /** The peer closed its side as well. */
  end(): void {
    this.finish();
    this.wire.end();
  }

  destroy(): void {
    this.wire.destroy();
  }

  #parserLimits(): ParserLimits {
    const { bytesBeforeLogin, stanzaBytes, depth, attributes } = this.#limits;
    return { bytes: this.#admitted ? stanzaBytes : bytesBeforeLogin, depth, attributes };
  }

  #onData(bytes: Buffer): void {
    if (this.#ignoring) return;
    try {
      this.#parser?.write(bytes);
    } catch (error) {
      this.#ignoring = true;
      this.#events?.failed(error instanceof StreamError ? error : new StreamError('internal-server-error'));
    }
  }
}
