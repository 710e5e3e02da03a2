/** What the archives and the offline store keep of messages. */
import type { Id } from './model.ts';

export interface ArchivedMessage {
  /** Whose archive it is in: an account's or a room's. */
  account: Id;
  /** The stanza-id (XEP-0359), ordered by time within the account. */
  id: Id;
  /** Bare JID of the other side; in a room's archive, of who wrote it. */
  peer: string;
  /** Full JID of the other side as it stood in the stanza. */
  peerFull: string;
  direction: 'in' | 'out';
  atMs: number;
  /** The stanza, serialised, with its `xmlns`. */
  stanza: string;
}

/** A page of an archive (XEP-0313 with XEP-0059). Bounds are all optional and all apply. */
export interface ArchiveQuery {
  account: Id;
  with?: string;
  startMs?: number;
  endMs?: number;
  /** Exclusive bounds by archive id. */
  afterId?: Id;
  beforeId?: Id;
  ids?: Id[];
  /** Words that the message holds, the last of them by its beginning. */
  words?: string;
  limit: number;
  /** True: the last `limit` of the matches, still in order of time (an empty RSM `<before/>`). */
  fromEnd: boolean;
}

export interface ArchivePage {
  messages: ArchivedMessage[];
  /** Matches whatever the page bounds (afterId, beforeId, limit). */
  total: number;
  /** How many of these matches come before the page's first. */
  index: number;
  /** No further match in the direction of paging. */
  complete: boolean;
}

export interface ArchivePreferences {
  default: 'always' | 'never' | 'roster';
  always: string[];
  never: string[];
}

/** Whether an archive's owner finds messages by their words. */
export interface ArchiveSearch {
  on: boolean;
  /** Messages older than this one are not to be found yet; null where none is, '' where all are. */
  downTo: Id | null;
}

export interface OfflineMessage {
  id: Id;
  atMs: number;
  /** The stanza, serialised, without the delay element. */
  stanza: string;
}
