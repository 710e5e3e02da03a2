/** What a client stream needs of the server behind it. server.ts makes one for all streams. */
import type { LoginThrottle } from '../access/throttle.ts';
import type { Clock, Random } from '../clock.ts';
import type { ServerConfig } from '../config.ts';
import type { Host } from '../extension.ts';
import type { Log } from '../log.ts';
import type { Session } from '../routing/session.ts';
import type { Element } from '../xml.ts';
import type { ClientStreams } from './client-streams.ts';
import type { Doors } from './door.ts';
import type { TlsKeys } from './tls.ts';

export interface StreamContext {
  config: ServerConfig;
  clock: Clock;
  random: Random;
  log: Log;
  tls: TlsKeys;
  /** What all ports share. */
  doors: Doors;
  throttle: LoginThrottle;
  /** Shared by all listeners: streams per address, sessions that can be resumed. */
  streams: ClientStreams;
  /** The host that serves this domain (primary or fallback), prepared as RFC 7622 says. */
  host(domain: string): Host | undefined;
  /**
   * Takes in one stanza of a session (routing/inbound.ts): stamps `from`, routes, answers. Resolves when it is done, with all that
   * it changed on disk, so that `h` of XEP-0198 may count it. Never rejects.
   */
  receive(session: Session, stanza: Element): Promise<void>;
  /** Stanzas that a session had been given and that its client never acknowledged go back the way of RFC 6121 section 8.5. */
  undelivered(session: Session, stanzas: Element[]): void;
}
