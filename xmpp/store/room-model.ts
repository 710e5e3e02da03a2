/** Rooms, as the store keeps them. */
import type { Id } from './model.ts';

/** A long-lived standing in a room (XEP-0045 section 5.2). */
export type Affiliation = 'owner' | 'admin' | 'member' | 'none' | 'outcast';

/** A room of one server. Its archive and its vCard are kept under its id as those of an account are under the account's. */
export interface RoomRow {
  id: Id;
  server: Id;
  /** The localpart, prepared as RFC 7622 says. */
  local: string;
  /** Bare JID of who made it. */
  creator: string;
  createdMs: number;
}

export interface RoomAffiliation {
  /** Bare JID; a domain alone stands for all at it. */
  jid: string;
  affiliation: Affiliation;
  /** The reserved nickname; '' for none. */
  nick: string;
  /** Of a ban; '' for none. */
  reason: string;
  /** When they came to have a standing, whichever it was. */
  sinceMs: number;
}

/** What sets some of a room apart, by its owners' word (XEP-0317). */
export interface RoomHat {
  uri: string;
  title: string;
  /** An angle from 0 to 360 (XEP-0392); '' for none. */
  hue: string;
}

export interface HatWearer {
  uri: string;
  /** Bare JID. */
  jid: string;
}

export interface RoomSubject {
  /** Who set it; '' for the room. */
  nick: string;
  atMs: number;
  /** The message's subject elements, serialised in one `<message/>`. */
  subject: string;
}
