/**
 * What the rest of the program sees of the store: reads (synchronous, through the main thread's own read-only connection; what
 * they return may be shared and frozen: make a changed copy, never change it) and the one door for changes. `openStore` in
 * store/open.ts gives one that keeps an SQLite file.
 */

import type {
  AccessRule,
  Act,
  Approval,
  ApprovalRequest,
  Circle,
  CircleMember,
  HeldSender,
  HeldStanza,
  KeptBlocklist,
  Report,
} from './access-model.ts';
import type {
  ArchivedMessage,
  ArchivePage,
  ArchivePreferences,
  ArchiveQuery,
  ArchiveSearch,
  OfflineMessage,
} from './archive-model.ts';
import type { Change } from './changes.ts';
import type {
  Account,
  ClientRow,
  Credential,
  Id,
  Invite,
  KeptKind,
  LastSeen,
  PeerRuleRow,
  PushRegistration,
  RosterItem,
  ServerRow,
  SubscriptionRequest,
} from './model.ts';
import type {
  NodeAffiliation,
  NodeItem,
  NodeItemPage,
  NodeItemQuery,
  NodeRow,
  NodeSubscription,
} from './node-model.ts';
import type { Affiliation, HatWearer, RoomAffiliation, RoomHat, RoomRow, RoomSubject } from './room-model.ts';
import type { Upload } from './upload-model.ts';

/** Nothing of this commit is on disk. Where the disk is full or broken (SQLITE_…), routing answers `resource-constraint`. */
export class CommitError extends Error {
  /**
   * SQLite's code, e.g. SQLITE_FULL; CONFLICT: another commit took the name or the invite's last use (guards.ts); INVALID: not
   * a change that can be applied; CLOSED or WRITER_GONE: nothing more is written in this run.
   */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'CommitError';
    this.code = code;
  }
}

export interface Journal {
  /**
   * Resolves once all of these changes are on disk (one transaction: all or none). Commits resolve in the order they were
   * called. Rejects with `CommitError`; the journal goes on working and succeeds again once there is room.
   */
  commit(...changes: Change[]): Promise<void>;
}

export interface ServerReads {
  all(): ServerRow[];
}

export interface SecretReads {
  get(server: Id, name: string): string | undefined;
}

export interface ComponentReads {
  /** Those that were added, ordered by domain. */
  all(): { domain: string; secret: string }[];
}

export interface PeerReads {
  /** Ordered by domain. */
  rules(): PeerRuleRow[];
}

export interface AccountReads {
  byName(server: Id, local: string): Account | undefined;
  byId(id: Id): Account | undefined;
  /** Ordered by name. */
  list(server: Id): Account[];
  count(server: Id): number;
  credentials(account: Id): Credential[];
  /** Another one with each change of its password or status. */
  secretsStamp(account: Id): string;
  /** How many accounts of a server have a password, and no keys of it for this hash. */
  lacking(server: Id, hash: Credential['hash']): number;
  lastSeen(account: Id): LastSeen | undefined;
}

export interface ClientReads {
  find(account: Id, id: string): ClientRow | undefined;
  /** The last seen first. */
  list(account: Id): ClientRow[];
}

export interface RosterReads {
  items(account: Id): RosterItem[];
  item(account: Id, contact: string): RosterItem | undefined;
  requests(account: Id): SubscriptionRequest[];
  /** An opaque version of the roster as it is now (RFC 6121 section 2.6); '' while it never held anything. */
  version(account: Id): string;
  /**
   * What changed since `version`, oldest first; undefined where that is unknown or too long ago and the whole roster is due.
   * A removed contact comes with `item` undefined.
   */
  changesSince(
    account: Id,
    version: string,
  ): { contact: string; item: RosterItem | undefined; version: string }[] | undefined;
}

export interface ArchiveReads {
  page(query: ArchiveQuery): ArchivePage;
  has(account: Id, id: Id): boolean;
  message(account: Id, id: Id): ArchivedMessage | undefined;
  /** First and last of an account's archive (XEP-0313 section 5). */
  ends(account: Id): { first: ArchivedMessage; last: ArchivedMessage } | undefined;
  preferences(account: Id): ArchivePreferences | undefined;
  /** Undefined where the owner never chose. */
  search(account: Id): ArchiveSearch | undefined;
  /** The newest of those older than `id`, or of all; newest first. */
  before(account: Id, id: Id | undefined, limit: number): ArchivedMessage[];
  /** Messages that members of this server sent since then. */
  sentSince(server: Id, sinceMs: number): number;
}

export interface OfflineReads {
  /** Oldest first: at most `limit` of them, those after the one called `after`. A thousand may be kept, and large ones. */
  list(account: Id, limit: number, after?: Id): OfflineMessage[];
  count(account: Id): number;
}

export interface InviteReads {
  byCode(code: string): Invite | undefined;
  /** Usable or not; newest first. */
  list(server: Id): Invite[];
  /** The member whose invitation made this account. */
  invitedBy(account: Id): Id | undefined;
}

export interface AccessReads {
  /** In the order in which they are asked. */
  rules(server: Id): AccessRule[];
  /** Ordered by name. */
  circles(server: Id): Circle[];
  members(circle: Id): CircleMember[];
  /** Where this account has a standing. */
  circlesOf(account: Id): CircleMember[];
  /** Bare JIDs that an administrator let this limited member talk with. */
  approved(account: Id): string[];
  /** Those, and whom an administrator refused. */
  approvals(account: Id): Approval[];
  /** An administrator was asked about this contact, a bare JID, or was not, and said no. */
  refused(account: Id, contact: string): boolean;
  /** What waits for an administrator's word; oldest first. */
  approvalRequests(server: Id): ApprovalRequest[];
  /** Newest first. */
  reports(server: Id): Report[];
  /** Whether this member accepted a sender (a bare JID) who is not in the roster. */
  accepts(account: Id, from: string): boolean;
  /** Senders (bare JIDs) whom this member accepted without having them in the roster. */
  accepted(account: Id): string[];
  /** Oldest first. */
  held(account: Id): HeldStanza[];
  /** Whose stanzas are held for any member of the server; who came first, first. */
  senders(server: Id): HeldSender[];
  /** Whether any member of the server has a contact at this domain in the roster. */
  hasContactAt(server: Id, domain: string): boolean;
  /** Whether any member of the server has this bare JID in the roster. */
  isContact(server: Id, jid: string): boolean;
  /** Bare JIDs in the rosters of the server's members, each once. */
  contacts(server: Id): string[];
  blocklists(server: Id): KeptBlocklist[];
  /** Newest first: at most `limit` of them, those older than the one called `before`. */
  acts(server: Id, limit: number, before?: Id): Act[];
  /** When the newest of those beyond the newest `keep` was recorded; undefined where there are no more. */
  actsBeyond(server: Id, keep: number): number | undefined;
}

export interface ExtrasReads {
  blocked(account: Id): string[];
  vcard(account: Id): string | undefined;
  privateData(account: Id, name: string, namespace: string): string | undefined;
  allPrivateData(account: Id): string[];
  /** Oldest first. */
  pushRegistrations(account: Id): PushRegistration[];
}

/** Nodes of an account, or of a server's service. Items that have expired are there until they are removed; `page` knows. */
export interface NodeReads {
  nodes(owner: Id): NodeRow[];
  node(owner: Id, node: string): NodeRow | undefined;
  /** Newest last; the last `max` of them. */
  items(owner: Id, node: string, max?: number): NodeItem[];
  item(owner: Id, node: string, id: string): NodeItem | undefined;
  page(query: NodeItemQuery): NodeItemPage;
  count(owner: Id, node: string, sinceMs: number): number;
  /** Ids of the oldest items. */
  oldest(owner: Id, node: string, count: number): string[];
  affiliations(owner: Id, node: string): NodeAffiliation[];
  affiliation(owner: Id, node: string, jid: string): NodeAffiliation | undefined;
  /** Of a bare JID, with all nodes; of all owners where none is named. */
  affiliationsOf(jid: string, owner?: Id): NodeAffiliation[];
  subscriptions(owner: Id, node: string): NodeSubscription[];
  subscription(owner: Id, node: string, jid: string): NodeSubscription | undefined;
  /** Of a bare JID and its resources, with all nodes; of all owners where none is named. */
  subscriptionsOf(bare: string, owner?: Id): NodeSubscription[];
}

export interface RoomReads {
  byName(server: Id, local: string): RoomRow | undefined;
  /** Ordered by name. */
  list(server: Id): RoomRow[];
  /** How many rooms that are still there this bare JID made. */
  createdBy(server: Id, creator: string): number;
  config(room: Id): Record<string, string> | undefined;
  affiliations(room: Id): RoomAffiliation[];
  /** Where this bare JID has a standing. */
  ofJid(server: Id, jid: string): { room: RoomRow; affiliation: Affiliation }[];
  subject(room: Id): RoomSubject | undefined;
  hats(room: Id): RoomHat[];
  hatWearers(room: Id): HatWearer[];
  /** What this bare JID wears, and where. */
  hatsOf(server: Id, jid: string): { room: RoomRow; uri: string }[];
}

export interface UploadReads {
  find(id: string): Upload | undefined;
  /** Slots and files, oldest first. */
  ofAccount(account: Id): Upload[];
  /**
   * What is due to go: slots that expired unused, files whose own time is over, and files of messages that were stored before
   * `storedBeforeMs`.
   */
  over(nowMs: number, storedBeforeMs: number): Upload[];
}

export interface KeptReads {
  /** What an account, a room or a server's nodes have on the disk of a kind, in UTF-8. */
  bytes(account: Id, kind: KeptKind): number;
}

export interface Store {
  /** This box, made once and kept. */
  readonly boxId: string;
  readonly journal: Journal;
  /** A new id that sorts after every earlier one of this box. */
  newId(): Id;
  readonly servers: ServerReads;
  readonly secrets: SecretReads;
  readonly accounts: AccountReads;
  readonly clients: ClientReads;
  readonly roster: RosterReads;
  readonly archive: ArchiveReads;
  readonly offline: OfflineReads;
  readonly components: ComponentReads;
  readonly peers: PeerReads;
  readonly invites: InviteReads;
  readonly access: AccessReads;
  readonly extras: ExtrasReads;
  readonly nodes: NodeReads;
  readonly rooms: RoomReads;
  readonly uploads: UploadReads;
  readonly kept: KeptReads;
  /** Tells of the changes of each commit, once they are on disk and before its caller hears of it. The function returned ends it. */
  onCommitted(listener: (changes: readonly Change[]) => void): () => void;
  /** Writes what is waiting, folds the WAL in, ends the writer thread. */
  close(): Promise<void>;
}
