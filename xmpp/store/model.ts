/** The rows that the store keeps, as the rest of the program sees them. Times are milliseconds since 1970, UTC. */

/** Time-ordered ids that are unique without asking anyone: the box's id is in them (store/ids.ts). */
export type Id = string;

/** How new members come to a server. */
export type Registration = 'closed' | 'invite' | 'open';
export type Mode = 'private' | 'family' | 'community' | 'open';
export type Role = 'administrator' | 'member' | 'limited';

/** One XMPP host of the box. Everything else refers to its id; the domain can change. */
export interface ServerRow {
  id: Id;
  domain: string;
  fallbacks: string[];
  mode: Mode;
  registration: Registration;
}

export interface Account {
  id: Id;
  server: Id;
  /** The localpart, prepared as RFC 7622 says. */
  local: string;
  role: Role;
  status: 'active' | 'disabled';
  createdMs: number;
}

/** The salted keys of one hash (RFC 5802 section 3); the password itself is never kept. */
export interface Credential {
  hash: 'SHA-1' | 'SHA-256' | 'SHA-512';
  salt: Uint8Array;
  iterations: number;
  storedKey: Uint8Array;
  serverKey: Uint8Array;
}

/** A secret that a client may log in with in place of the password (XEP-0484). HT needs it as it is (docs/decisions/0006). */
export interface FastToken {
  secret: string;
  /** The one mechanism that takes it. */
  mechanism: string;
  issuedMs: number;
  expiresMs: number;
  /** The highest count that it was used with. */
  count: number;
  /** The client has used it, so it certainly has it. */
  used: boolean;
}

/** An installation of a client that logged in and gave itself an id (XEP-0388). */
export interface ClientRow {
  account: Id;
  id: string;
  /** What it says that it is, '' where it did not. */
  software: string;
  device: string;
  firstMs: number;
  lastMs: number;
  /** It has shown that it knows the password of today. */
  password: boolean;
  /** At most two: one that it uses, and one that it was given and has not used yet. */
  tokens: FastToken[];
}

export type Subscription = 'none' | 'to' | 'from' | 'both';

/** RFC 6121 section 2.1; with the two flags, the nine states of its appendix A. */
export interface RosterItem {
  /** Bare JID, prepared. */
  contact: string;
  name: string;
  groups: string[];
  subscription: Subscription;
  /** We asked to see the contact's presence and wait for the answer ("pending out"). */
  ask: boolean;
  /** The member approved the contact's subscription beforehand (RFC 6121 section 3.4). */
  approved: boolean;
  /** What circles brought to it; absent where they brought nothing. */
  circles?: BroughtByCircles;
  /** By which other domain of the member's server the contact knows the member: its primary one has changed since. */
  knowsUsAt?: string;
}

export interface BroughtByCircles {
  /** What it was before, and is again after the last circle that the two share. */
  before: Subscription | 'absent';
  /** Of its groups those that circles put it into. */
  groups: string[];
}

/** A contact's request for our presence, kept until the member answers ("pending in"). */
export interface SubscriptionRequest {
  contact: string;
  /** The presence stanza, serialised. */
  stanza: string;
}

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

/** What is counted in bytes: messages, items of nodes, private XML. */
export type KeptKind = 'archive' | 'nodes' | 'private';

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

/** An invitation (XEP-0379, 0401, 0445). */
export interface Invite {
  /** What is typed or follows `preauth=`; upper case for codes that people type. */
  code: string;
  server: Id;
  role: Role;
  /** Who made it; absent for the box itself (the panel, the command line). */
  createdBy?: Id;
  createdMs: number;
  expiresMs: number;
  uses: number;
  usesLeft: number;
  note: string;
  /** The name of the account that it makes, kept free for it as long as it is good. */
  username?: string;
  /** Who takes it and `createdBy` become contacts of each other. */
  befriends?: boolean;
  /** False: it makes no account, only a contact. */
  registers?: boolean;
  /** The circle that who takes it joins. */
  circle?: Id;
  /** The account whose password it lets its owner choose anew; it does nothing else. */
  resets?: Id;
}

/** A pubsub node (XEP-0060) of an account, or of the server's own service. */
export interface NodeRow {
  /** An account's id, or the server's. */
  owner: Id;
  node: string;
  /** node_config fields by their `var` without `pubsub#`; the lines of one that takes several values. */
  config: Record<string, string>;
  /** Bare JID. */
  creator?: string;
  createdMs?: number;
}

export interface NodeItem {
  owner: Id;
  node: string;
  id: string;
  /** Full JID that published it. */
  publisher: string;
  atMs: number;
  /** The payload, serialised with its `xmlns`; empty for a bare item. */
  payload: string;
}

/** A page of a node's items (XEP-0059), in order of publication. */
export interface NodeItemQuery {
  owner: Id;
  node: string;
  /** Items published earlier have expired. */
  sinceMs: number;
  /** Exclusive bounds by item id. */
  afterId?: string;
  beforeId?: string;
  limit: number;
  /** True: the last `limit` between the bounds, still in order. */
  fromEnd: boolean;
}

export interface NodeItemPage {
  items: NodeItem[];
  /** Items of the node, whatever the page. */
  total: number;
  /** How many of them come before the page's first. */
  index: number;
}

/** XEP-0060 section 4.1. */
export type NodeAffiliationKind = 'owner' | 'publisher' | 'publish-only' | 'member' | 'none' | 'outcast';

export interface NodeAffiliation {
  owner: Id;
  node: string;
  /** Bare JID. */
  jid: string;
  affiliation: NodeAffiliationKind;
}

/** XEP-0060 section 4.2. */
export type SubscriptionState = 'none' | 'pending' | 'subscribed';

export interface NodeSubscription {
  owner: Id;
  node: string;
  /** Bare or full, as it was subscribed. */
  jid: string;
  state: SubscriptionState;
  /** subscribe_options fields by their `var` without `pubsub#`; the lines of one that takes several values. */
  options: Record<string, string>;
}

/** Where a member's client wants its member to be told of what waits (XEP-0357). */
export interface PushRegistration {
  /** The app server's JID. */
  service: string;
  /** '' for none. */
  node: string;
  /** The client's. */
  resource: string;
  /** The id that it gave itself at login (XEP-0388); '' for none. */
  client: string;
  /** What the app server wants to be told each time: a form, serialised; '' for none. */
  options: string;
  /** What a notification may show of a message. */
  shows: readonly ('sender' | 'body')[];
  atMs: number;
}

/** When and how a member was last seen (XEP-0012). */
export interface LastSeen {
  atMs: number;
  status: string;
}

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

/** What a file is for (XEP-0363 section 4): how long it is kept. */
export type UploadPurpose = 'message' | 'profile' | 'ephemeral' | 'permanent';

/** Leave to put one file (XEP-0363). */
export interface UploadSlot {
  /** Part of the file's address, and not to be guessed; the file on the disk has this name. */
  id: string;
  account: Id;
  /** As the member's client called it. */
  name: string;
  bytes: number;
  /** Media type; '' where the client named none. */
  type: string;
  purpose: UploadPurpose;
  madeMs: number;
  /** The upload has to begin before. */
  expiresMs: number;
  /** The file may not be had from then on; 0 for no such time. */
  untilMs: number;
}

export interface Upload extends UploadSlot {
  /** When the whole file was there; absent while it is not. */
  storedMs?: number;
}
