/** A stream in messages of a WebSocket, one element each (RFC 7395). */
import type { Element } from '../../xml.ts';
import { NS_CLIENT } from '../opening.ts';
import type { ParserLimits } from '../parser.ts';
import { attribute } from '../serialize.ts';
import { StreamError } from '../stream-error.ts';
import type { StreamAnswer, Transport, TransportEvents } from '../transport.ts';
import { parseElement } from '../web/parse-element.ts';
import { standalone } from '../web/standalone.ts';
import type { WebPeer } from '../web/web-peer.ts';
import type { CloseCode, MessageSocket } from './message-socket.ts';

const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';

export class WebSocketTransport implements Transport {
  readonly address: string;
  readonly secure: boolean;
  /** Browsers tell no page of it, so that none could bind to it. */
  readonly tls = undefined;
  readonly #socket: MessageSocket;
  readonly #admitted: () => void;
  #events: TransportEvents | undefined;
  #limits: ParserLimits = { bytes: 0, depth: 0, attributes: 0 };
  #awaitsOpen = true;
  /** The client has closed its stream, or has said what it must not. */
  #over = false;
  #closeCode: CloseCode = 1000;

  /** @param admitted told once the client has logged in */
  constructor(socket: MessageSocket, { address, secure }: WebPeer, admitted: () => void) {
    this.#socket = socket;
    this.#admitted = admitted;
    this.address = address;
    this.secure = secure;
  }

  start(events: TransportEvents, limits: ParserLimits): void {
    this.#events = events;
    this.restart(limits);
    this.#socket.start({
      message: (bytes) => this.#onMessage(bytes),
      failed: (code) => this.#onBadMessage(code),
      closed: () => events.closed(),
    });
  }

  restart(limits: ParserLimits): void {
    this.#awaitsOpen = true;
    this.limit(limits);
  }

  limit(limits: ParserLimits): void {
    this.#limits = limits;
    this.#socket.limit(limits.bytes);
  }

  writeHeader({ id, from, to }: StreamAnswer): void {
    const addresses = (from ? ` from='${attribute(from)}'` : '') + (to ? ` to='${attribute(to)}'` : '');
    this.#socket.send(`<open xmlns='${NS_FRAMING}' id='${id}'${addresses} version='1.0' xml:lang='en'/>`);
  }

  write(text: string, written?: (written: boolean) => void): void {
    this.#socket.send(standalone(text), written);
  }

  writeEnd(): void {
    this.#socket.send(`<close xmlns='${NS_FRAMING}'/>`);
  }

  ignore(): void {
    this.#over = true;
  }

  hold(reason: string): void {
    this.#socket.hold(reason);
  }

  release(reason: string): void {
    this.#socket.release(reason);
  }

  admit(): void {
    this.#socket.admit();
    this.#admitted();
  }

  end(): void {
    this.#socket.end(this.#closeCode);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #onMessage(bytes: Buffer): void {
    if (this.#over) return;
    try {
      this.#take(parse(bytes, this.#limits));
    } catch (error) {
      this.#over = true;
      this.#events?.failed(error);
    }
  }

  #take(element: Element): void {
    if (element.is('close', NS_FRAMING)) {
      this.#over = true;
      this.#events?.end();
    } else if (element.is('open', NS_FRAMING)) {
      this.#open(element);
    } else if (this.#awaitsOpen) {
      throw new StreamError('bad-format', 'a stream begins with <open/>');
    } else {
      this.#events?.element(element);
    }
  }

  #open({ attrs }: Element): void {
    if (!this.#awaitsOpen) throw new StreamError('bad-format', 'the stream is open already');
    this.#awaitsOpen = false;
    this.#events?.header({ to: attrs.to, from: attrs.from, version: attrs.version, lang: attrs['xml:lang'] });
  }

  #onBadMessage(code: CloseCode): void {
    if (this.#over) return;
    this.#over = true;
    this.#closeCode = code;
    this.#events?.failed(errorOf(code, this.#limits.bytes));
  }
}

/** @throws StreamError */
function parse(bytes: Buffer, limits: ParserLimits): Element {
  if (bytes[0] !== 0x3c) throw new StreamError('not-well-formed', "a message begins with '<' (RFC 7395 section 3.3.2)");
  const element = parseElement(bytes, NS_CLIENT, limits);
  if (element.attrs.xmlns === '') throw new StreamError('invalid-namespace', 'each message names its namespace');
  return element;
}

function errorOf(code: CloseCode, maxBytes: number): StreamError {
  if (code === 1009) return new StreamError('policy-violation', `more than ${maxBytes} bytes in one message`);
  if (code === 1007) return new StreamError('unsupported-encoding', 'not UTF-8');
  return new StreamError('bad-format', 'messages are of text');
}
