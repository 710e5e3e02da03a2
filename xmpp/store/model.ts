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

/** What is counted in bytes: messages, items of nodes, private XML. */
export type KeptKind = 'archive' | 'nodes' | 'private';

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
  /** Made of its maker's own right to invite, and good only as long as that lasts. */
  own?: boolean;
  /** The account whose password it lets its owner choose anew; it does nothing else. */
  resets?: Id;
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

/** What the owner asks of another server and of all below its domain; what is absent is as for every server. */
export interface PeerRuleRow {
  /** Prepared. */
  domain: string;
  /** Only with a certificate that is good for its domain. */
  requireCertificate?: boolean;
  dialback?: boolean;
  /** 0 for no limit. */
  stanzasPerSecond?: number;
}
