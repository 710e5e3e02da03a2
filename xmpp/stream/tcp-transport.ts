/** A stream over TCP, as RFC 6120 has it: one XML document in each direction, secured by STARTTLS or from the first byte. */
import { NS_CLIENT, responseHeader } from './opening.ts';
import { type ParserLimits, StreamParser } from './parser.ts';
import type { StartTls, StreamAnswer, Transport, TransportEvents } from './transport.ts';
import type { Wire, WireTls } from './wire.ts';

export class TcpTransport implements Transport {
  readonly #wire: Wire;
  #events: TransportEvents | undefined;
  #parser: StreamParser | undefined;
  #ignoring = false;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  get address(): string {
    return this.#wire.address;
  }

  get secure(): boolean {
    return this.#wire.secure;
  }

  get tls(): WireTls | undefined {
    return this.#wire.tls;
  }

  readonly startTls: StartTls = {
    quiet: () => this.#parser?.midElement === false && this.#wire.unreadBytes === 0,
    secure: (identity) => this.#wire.startTls(identity).catch(() => undefined),
  };

  start(events: TransportEvents, limits: ParserLimits): void {
    this.#events = events;
    this.restart(limits);
    this.#wire.start({ data: (bytes) => this.#onData(bytes), closed: () => events.closed() });
  }

  restart(limits: ParserLimits): void {
    if (this.#events) this.#parser = new StreamParser(NS_CLIENT, this.#events, limits);
  }

  limit(limits: ParserLimits): void {
    this.#parser?.limit(limits);
  }

  writeHeader({ id, from, to }: StreamAnswer): void {
    this.#wire.write(responseHeader(id, from, to));
  }

  write(text: string, written?: (written: boolean) => void): void {
    this.#wire.write(text, written);
  }

  writeEnd(): void {
    this.#wire.write('</stream:stream>');
  }

  ignore(): void {
    this.#ignoring = true;
  }

  hold(reason: string): void {
    this.#wire.hold(reason);
  }

  release(reason: string): void {
    this.#wire.release(reason);
  }

  admit(): void {
    this.#wire.admit();
  }

  end(): void {
    this.#wire.end();
  }

  destroy(): void {
    this.#wire.destroy();
  }

  #onData(bytes: Buffer): void {
    if (this.#ignoring) return;
    try {
      this.#parser?.write(bytes);
    } catch (error) {
      this.#ignoring = true;
      this.#events?.failed(error);
    }
  }
}
