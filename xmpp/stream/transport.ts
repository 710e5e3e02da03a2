/** How a client's stream travels: over TCP (RFC 6120), in messages of a WebSocket (RFC 7395), in bodies of BOSH (XEP-0206). */
import type { Element } from '../xml.ts';
import type { ParserLimits, StreamHeader } from './parser.ts';
import type { TlsIdentity } from './tls.ts';
import type { WireTls } from './wire.ts';

/** Called in the order of the stream. */
export interface TransportEvents {
  header(header: StreamHeader): void;
  element(element: Element): void;
  /** The client closed its stream. */
  end(): void;
  /** What came in is no stream, or over the limits (a StreamError); nothing more of it is given out. */
  failed(error: unknown): void;
  /** The connection is gone, whoever ended it. Called once, last. */
  closed(): void;
}

/** The server's answer to a stream header. */
export interface StreamAnswer {
  id: string;
  /** The domain that answers; undefined where the client named none that is served here. */
  from: string | undefined;
  to: string | undefined;
}

/** What is read from a peer. */
export interface Reading {
  /** Reading stops while anyone holds it. */
  hold(reason: string): void;
  release(reason: string): void;
}

export interface Transport extends Reading {
  readonly address: string;
  /** Nobody on the way reads along: TLS, or a proxy on this machine that did the TLS. */
  readonly secure: boolean;
  /** Where the connection's own end of TLS is here. */
  readonly tls: WireTls | undefined;
  /** Begins reading. */
  start(events: TransportEvents, limits: ParserLimits): void;
  /** The stream begins anew: what comes next is a header. */
  restart(limits: ParserLimits): void;
  /** The stream goes on as it is (SASL2 has no restart); what comes next is held to these. */
  limit(limits: ParserLimits): void;
  writeHeader(answer: StreamAnswer): void;
  /**
   * One whole element, serialised as it stands in a stream of `jabber:client`. `written` is told once: true when the system has
   * taken it, false when it never will.
   */
  write(text: string, written?: (written: boolean) => void): void;
  /** The server's own end of the stream; `end` follows in time. */
  writeEnd(): void;
  /** Nothing more is given out; what still comes in is dropped. */
  ignore(): void;
  /** The peer has logged in. */
  admit(): void;
  /** Sends what is waiting, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  /** STARTTLS, where there is any; see tcp-transport.ts. */
  readonly startTls?: StartTls;
}

export interface StartTls {
  /** Nothing has come in behind the element that was given out last. */
  quiet(): boolean;
  /** Resolves when the handshake is over, well or not; the connection is gone where it failed. */
  secure(identity: TlsIdentity): Promise<void>;
}
