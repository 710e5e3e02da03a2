/** A bound resource (RFC 6120 section 7): what the engine sees of a client, whatever transport it came by. */
import type { Account } from '../store/model.ts';
import type { StreamCondition } from '../stream/stream-error.ts';
import type { Element } from '../xml.ts';
import type { Jid } from './jid.ts';
import { Lane } from './lane.ts';

/** Told once, when it is known: true, the client has it (acknowledged, or written to a socket without XEP-0198). */
export type Settled = (delivered: boolean) => void;

/** The way out to a client: a plain stream, or a managed one that survives its socket (XEP-0198). */
export interface Outlet {
  send(stanza: Element, settled?: Settled): void;
  /** Ends the stream with this error, or without one. The session ends with it. */
  close(condition?: StreamCondition, text?: string): void;
  /** Facts for status pages. */
  readonly address: string;
  readonly secure: boolean;
  /** False while the socket is gone and the queue waits for its resumption. */
  readonly connected: boolean;
}

/** Stands before the outlet and decides when a stanza goes (XEP-0352). */
export interface Gate {
  /** The person is not looking: what can wait is held back. */
  readonly inactive: boolean;
  send(stanza: Element, settled?: Settled): void;
  /** Sends all that is held back: the client is awake anyway. */
  flush(): void;
}

/** A room (XEP-0045) that the session's client is in. */
export interface OccupiedRoom {
  nick: string;
  /** Everybody there sees who the others are (status 100): friends, a family, a team. */
  named: boolean;
}

export class Session {
  readonly account: Account;
  /** Full JID, at the domain that the client logged in to. */
  readonly jid: Jid;
  readonly boundMs: number;
  outlet: Outlet;
  /** What came in from this session, in order. */
  readonly lane = new Lane();
  /** The last available presence that it broadcast; undefined while unavailable. */
  presence: Element | undefined;
  priority = 0;
  /** It asked for the roster and gets pushes (RFC 6121 section 2.2). */
  interested = false;
  /** XEP-0280 */
  carbons = false;
  /** The id that the client gave its installation at login (XEP-0388), where it did. */
  client: string | undefined;
  /** XEP-0191: it asked for the block list and gets pushes. */
  blocklist = false;
  /** Who got directed presence from it and has not got the broadcast (RFC 6121 section 4.6). Full or bare JIDs. */
  readonly directed = new Set<string>();
  /** Rooms that its client is in, by their bare JID. */
  readonly rooms = new Map<string, OccupiedRoom>();
  /** Absent where nothing is ever held back. */
  gate: Gate | undefined;
  ended = false;

  constructor(account: Account, jid: Jid, boundMs: number, outlet: Outlet) {
    this.account = account;
    this.jid = jid;
    this.boundMs = boundMs;
    this.outlet = outlet;
  }

  get available(): boolean {
    return this.presence !== undefined;
  }

  send(stanza: Element, settled?: Settled): void {
    (this.gate ?? this.outlet).send(stanza, settled);
  }
}
