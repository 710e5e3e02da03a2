/** The rows of access control: rules, circles, what strangers are held for, and the record of administrative acts. */
import type { Id } from './model.ts';

/** What somebody wants to do. */
export const ACTIONS = [
  'register',
  'login',
  'invite',
  'message-in',
  'message-out',
  'presence',
  'join-room',
  'create-room',
  'upload',
  'federate-in',
  'federate-out',
  'use-service',
  'administer',
] as const;
export type AccessAction = (typeof ACTIONS)[number];

/** `quarantine`: held until the member whom it concerns accepts its sender. Only messages and presence can be held. */
export const DECISIONS = ['allow', 'deny', 'quarantine'] as const;
export type Decision = (typeof DECISIONS)[number];

/** One line of a server's access list. The first that matches decides. */
export interface AccessRule {
  id: Id;
  server: Id;
  /** Rules are asked from the lowest up. */
  position: number;
  /** Who, as access/rules/subject.ts reads it: `everyone`, `limited`, `circle:school`, `domain:spam.example` … */
  subject: string;
  /** `*` for every one. */
  action: AccessAction | '*';
  decision: Decision;
  /** For `upload`: bytes that all files of one member may have. */
  bytes?: number;
  /** Who set it: a bare JID, or the place at the box (`command line`, `panel`). */
  setBy: string;
  setMs: number;
  /** In the owner's words; '' for none. */
  why: string;
}

/** Members who see each other (a family's children, a club's board). */
export interface Circle {
  id: Id;
  server: Id;
  /** As it is typed and shown; no two circles of a server have the same, whatever the case. */
  name: string;
  /** The localpart of its room, where it has one. */
  room?: string;
}

export type CircleStanding = 'administrator' | 'member' | 'none';

export interface CircleMember {
  circle: Id;
  account: Id;
  standing: CircleStanding;
}

/** An administrator's word that a limited member may talk with somebody. */
export interface Approval {
  /** The limited member. */
  account: Id;
  /** Bare JID. */
  contact: string;
  approved: boolean;
}

/** A subscription between a limited member and somebody whom they may not talk with; it waits for an administrator's word. */
export interface ApprovalRequest {
  /** The limited member. */
  account: Id;
  /** Bare JID. */
  contact: string;
  /** Whether the limited member asked, or the contact. */
  direction: 'out' | 'in';
  atMs: number;
  /** Serialised, with its `xmlns`. */
  stanza: string;
}

/** A first message or subscription request of a stranger, kept until the member accepts or refuses its sender. */
export interface HeldStanza {
  account: Id;
  id: Id;
  /** Bare JID. */
  from: string;
  atMs: number;
  /** Serialised, with its `xmlns`. */
  stanza: string;
}

/** Somebody who waits for a member. */
export interface HeldSender {
  account: Id;
  /** Bare JID. */
  from: string;
  stanzas: number;
  /** Of the first. */
  sinceMs: number;
}

/** What a member reported of somebody whom they blocked (XEP-0377). */
export interface Report {
  /** Who reported. */
  account: Id;
  id: Id;
  /** Who was reported, as it was blocked. */
  jid: string;
  atMs: number;
  /** A URN: `urn:xmpp:reporting:spam`, `urn:xmpp:reporting:abuse`, or another. */
  reason: string;
  /** Of the member's own; '' for none. */
  text: string;
  /** The messages that were named, serialised. */
  stanzas: readonly string[];
}

/** A list of spammers that others keep, at a node of a pubsub service. */
export interface KeptBlocklist {
  service: string;
  node: string;
  /** When it was last written as a whole. */
  readMs: number;
  /** As access/blocklists/entries.ts reads it. */
  entries: string;
  /** What changed since then. */
  since: readonly BlocklistEntry[];
}

export interface BlocklistEntry {
  /** A hash, a domain, a bare JID. */
  entry: string;
  /** '' for none. */
  why: string;
  /** False: it was taken off. */
  listed: boolean;
}

/** An administrative act. */
export interface Act {
  id: Id;
  server: Id;
  atMs: number;
  /** A bare JID, or the place at the box. */
  who: string;
  /** The network address it came from; '' for the box itself. */
  from: string;
  /** What was done, as a command reads: `user role`, `access deny`. */
  what: string;
  /** To whom or what, and the facts. */
  about: string;
}
