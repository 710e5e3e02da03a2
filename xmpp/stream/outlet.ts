/** The way out to a client over one stream without stream management. */
import type { Host } from '../extension.ts';
import type { Outlet, Session, Settled } from '../routing/session.ts';
import type { Element } from '../xml.ts';
import type { StreamContext } from './context.ts';
import { serialize } from './serialize.ts';
import { type StreamCondition, StreamError } from './stream-error.ts';

/** What an outlet needs of the stream that carries it. */
export interface Carrier {
  readonly address: string;
  readonly secure: boolean;
  /** `written` is told once: the system has taken it, or it never will. */
  write(text: string, written?: (written: boolean) => void): void;
  /** Ends the stream: with this error, or cleanly. */
  finish(error?: StreamError): void;
  /** Cuts the connection without a word. */
  cut(): void;
}

/** An outlet as its stream sees it. */
export interface StreamOutlet extends Outlet {
  readonly session: Session;
  /** This stream ends with an error, or cleanly, and the session with it, unless that went on over another stream. */
  fail(carrier: Carrier, error?: StreamError): void;
  /** This stream is over: `clean` where the client closed it, otherwise the connection was lost. */
  streamEnded(carrier: Carrier, clean: boolean): void;
}

export class PlainOutlet implements StreamOutlet {
  readonly #context: StreamContext;
  readonly #host: Host;
  readonly #carrier: Carrier;
  readonly #session: () => Session;
  #connected = true;
  #lost: Element[] = [];

  /** @param session whose outlet it is; asked for only later, as neither can be made before the other */
  constructor(context: StreamContext, host: Host, carrier: Carrier, session: () => Session) {
    this.#context = context;
    this.#host = host;
    this.#carrier = carrier;
    this.#session = session;
  }

  get session(): Session {
    return this.#session();
  }

  get address(): string {
    return this.#carrier.address;
  }

  get secure(): boolean {
    return this.#carrier.secure;
  }

  get connected(): boolean {
    return this.#connected;
  }

  send(stanza: Element, settled?: Settled): void {
    this.#carrier.write(serialize(stanza), (written) => {
      settled?.(written);
      if (!written) this.#lose(stanza);
    });
  }

  close(condition?: StreamCondition, text?: string): void {
    this.fail(this.#carrier, condition === undefined ? undefined : new StreamError(condition, text));
  }

  fail(carrier: Carrier, error?: StreamError): void {
    this.#connected = false;
    carrier.finish(error);
    this.#host.sessions.end(this.session);
  }

  /** What the client sent before the end is still done: it may well have said its last words and left. */
  streamEnded(): void {
    this.#connected = false;
    void this.session.lane.barrier(async () => this.#over());
  }

  #lose(stanza: Element): void {
    this.#lost.push(stanza);
    if (this.#lost.length === 1) void this.session.lane.barrier(async () => this.#over());
  }

  /** The session ends first, so that its stanzas do not come back to it. One that went on over another outlet stays. */
  #over(): void {
    if (this.session.outlet === this) this.#host.sessions.end(this.session);
    const lost = this.#lost.splice(0);
    if (lost.length > 0) this.#context.undelivered(this.session, lost);
  }
}
