/**
 * Typed, named hooks: how extensions meet the stanza path and each other without importing each other.
 *
 * Handlers of a hook run in the order in which they were added, which is the order of the list in xmpp/extensions.ts.
 * Handlers are synchronous; what has to reach the disk goes into the event's `changes`, what has to wait for that into `after`.
 * A handler may throw a StanzaError where the hook's event says so; any other exception costs one stanza (routing/inbound.ts).
 */

import type { Circle } from '../store/access-model.ts';
import type { Change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import type { NodeItem } from '../store/node-model.ts';
import type { Element } from '../xml.ts';
import type { DiscoItem, Identity } from './disco-table.ts';
import type { Jid } from './jid.ts';
import type { Session } from './session.ts';

/** A stanza of a member's session, `from` stamped, before anything is done with it. Throw a StanzaError to refuse it. */
export interface OutboundStanza {
  session: Session;
  stanza: Element;
  from: Jid;
  /** Absent where the stanza had no `to`. */
  to: Jid | undefined;
  /** Set to true to drop it without an answer. */
  drop: boolean;
}

/**
 * A stanza about to reach a member of this host, whoever sent it (another member, another server, the box). Throw a StanzaError
 * to have it answered so, or set `drop`.
 */
export interface InboundStanza {
  account: Account;
  stanza: Element;
  from: Jid;
  to: Jid;
  drop: boolean;
  /** Of what is dropped because somebody keeps it for later: resolves when it is on disk. Does not reject. */
  kept?: Promise<void>;
}

/** A message to the server itself, at one of its domains. */
export interface MessageToServer {
  stanza: Element;
  from: Jid;
  /** Set by who took it; what nobody takes is refused. */
  taken: boolean;
}

/**
 * A message on its way, seen from one member's account: as its sender ('message sent') or its recipient ('message received').
 * Both are run before anything is delivered; then the changes of both are committed at once; then `after` runs, in order.
 */
export interface MessageEvent {
  account: Account;
  /**
   * The account's own copy, free to be changed: for 'message received' just what the recipient's sessions get, for
   * 'message sent' what carbons show (the recipient's copy is another one).
   */
  stanza: Element;
  from: Jid;
  to: Jid;
  /** The member's session that sent it, where it is the sender's event or the sender is on this box. */
  session: Session | undefined;
  /** 'message received': the sessions that get it by RFC 6121 section 8.5. Empty for 'message sent'. */
  targets: readonly Session[];
  /**
   * 'message received': whether someone has taken care of it (a target, the offline store). Where nobody has, the sender gets
   * the error of RFC 6121 section 8.5.2.2.1.
   */
  accepted: boolean;
  /** What has to be on disk before anyone gets it, committed together with the other side's. */
  changes: Change[];
  /** Runs when all changes are on disk and the targets have theirs. */
  after: (() => void)[];
}

export interface SessionEvent {
  session: Session;
}

/** What a client says on its stream that is no stanza and no business of the stream's own. */
export interface NonzaEvent {
  session: Session;
  element: Element;
  /** Set by who took it; what nobody takes ends the stream. */
  taken: boolean;
}

/** Stanzas that a client may not get soon. The same stanza is told of once or more. */
export interface StanzasWaitingEvent {
  session: Session;
  stanzas: readonly Element[];
}

export interface SessionPresenceEvent {
  session: Session;
  presence: Element;
  /** Its first available presence since it was bound or unavailable. */
  initial: boolean;
}

/** Children for `<stream:features/>`. */
export interface StreamFeaturesEvent {
  secure: boolean;
  /** Whether the peer has logged in. */
  authenticated: boolean;
  add(feature: Element): void;
}

/** What a client may have set up as its resource is bound (XEP-0386): names for `<inline/>`, namespaces as a rule. */
export interface BindFeaturesEvent {
  add(feature: string): void;
}

/**
 * A session that Bind 2 (XEP-0386) is making. It has its JID and its account, and nobody reaches it yet: 'session bound' follows
 * once the client has been told.
 */
export interface SessionBindingEvent {
  session: Session;
  /** The client's `<bind/>`: each extension takes its own child from it. */
  request: Element;
  /** A child for `<bound/>`. */
  add(response: Element): void;
}

/** A stanza that a broken session had been given and that its client never acknowledged. */
export interface UndeliveredEvent {
  account: Account;
  stanza: Element;
  /** Set by who took care of it. */
  accepted: boolean;
  changes: Change[];
  after: (() => void)[];
}

/** A contact (bare JID) and an account came to see each other's presence, or no longer do. */
export interface SubscriptionEvent {
  account: Account;
  contact: Jid;
  /** The contact now sees the account's presence. */
  from: boolean;
  sawBefore: boolean;
}

/** A contact that may not see an account's presence yet asks to (RFC 6121 section 3.1.3). */
export interface SubscriptionAskedEvent {
  account: Account;
  /** Bare. */
  contact: Jid;
  stanza: Element;
  /** Set to true to let it, as if the member had said so, and to ask the same of the contact. */
  approved: boolean;
  /** Kept together with the approval. */
  changes: Change[];
}

/** A presence of an account that is about to go to one of those who may see it. */
export interface PresenceToContactEvent {
  account: Account;
  /** Bare for a contact, bare or full for a recipient of directed presence. */
  contact: Jid;
  /** What is about to go; absent where no presence goes, but who does not get it does not get that either (a notification). */
  presence?: Element;
  /** Set to true to leave this one out. */
  drop: boolean;
  /** Set to true to send it without anything that the member says in it. */
  bare?: boolean;
}

/** A full JID whose presence the account may see: one of its own resources, or a contact's. */
export interface FeaturesEvent {
  account: Account;
  jid: Jid;
  /** What its client speaks, verified where it could be (XEP-0115). The same set is shared by all clients of one version. */
  features: ReadonlySet<string>;
}

/** Somebody who may asks what a node, or the whole, is and has (XEP-0030). */
export interface NodeDiscoEvent {
  asker: Jid;
  /** Where it is one of this box. */
  session?: Session | undefined;
  /** As it was addressed. */
  to: Jid;
  /** Absent for the whole. */
  node: string | undefined;
  /** Set by who knows the node; one that nobody knows is `item-not-found`. */
  known: boolean;
  /** For the question after items. */
  items: DiscoItem[];
  /** For the info of a node. */
  identities: Identity[];
  /** For the whole, those that only this account has. */
  features: string[];
  /** XEP-0128 */
  forms: Element[];
}

export interface AccountDiscoEvent extends NodeDiscoEvent {
  account: Account;
}

/** What becomes part of a commit that is about to be made. */
export interface CommitEvent {
  changes: Change[];
  /** Runs when all changes are on disk. */
  after: (() => void)[];
}

/** What an account published, took back or emptied at one of its nodes, about to be kept. */
export interface NodeItemsEvent extends CommitEvent {
  account: Account;
  node: string;
  /** The node's access model. */
  access: string;
  published: readonly NodeItem[];
  /** Ids. */
  retracted: readonly string[];
  /** All items are gone. */
  emptied: boolean;
}

/** One of an account's nodes is to hold what the account keeps elsewhere in another form. Run it in the account's turn. */
export interface NodeChangeEvent extends CommitEvent {
  account: Account;
  node: string;
  /** node_config by `var` without `pubsub#`, for a node that is not there yet. */
  config: Readonly<Record<string, string>>;
  by: Jid;
  publish: readonly { id: string; payload: Element }[];
  /** Ids. */
  retract: readonly string[];
}

/** An account's vCard (XEP-0054), about to be kept. */
export interface VcardEvent extends CommitEvent {
  account: Account;
  vcard: Element;
  by: Jid;
}

/** An element of an account's private storage (XEP-0049), about to be kept. */
export interface PrivateDataEvent extends CommitEvent {
  account: Account;
  element: Element;
  by: Jid;
}

/** A circle is as it says now. */
export interface CircleEvent {
  circle: Circle;
  /** The localpart of a room that it has no longer. */
  formerRoom: string | undefined;
  /** Who came, or has another standing in it. */
  joined: readonly Account[];
  left: readonly Account[];
  /** What whoever changed the circle waits for; it does not fail. */
  following: Promise<void>[];
}

export interface AddressesMovedEvent {
  /** The same address as it is called now; undefined where it did not change. */
  moved(jid: string): string | undefined;
}

/** What happens, by name. The comment says who runs it. */
export interface HookMap {
  /** routing/inbound.ts */
  'stanza from session': OutboundStanza;
  /** routing/router.ts */
  'stanza to account': InboundStanza;
  'message to server': MessageToServer;
  /** im/message.ts */
  'message sent': MessageEvent;
  'message received': MessageEvent;
  'message undelivered': UndeliveredEvent;
  /** routing/sessions.ts */
  'session bound': SessionEvent;
  'session resumed': SessionEvent;
  /** stream/management: its connection is lost and it waits for its client to resume it. */
  'session disconnected': SessionEvent;
  /** stream/management: it is disconnected, or its client is late to acknowledge them. */
  'stanzas waiting': StanzasWaitingEvent;
  /** stream/bound-stream.ts: as it comes in, before anything that the client says after it is looked at. */
  nonza: NonzaEvent;
  'session ended': SessionEvent;
  /** im/presence.ts: every available presence that a session broadcasts, after it went out. */
  'session available': SessionPresenceEvent;
  'session unavailable': SessionEvent;
  /** im/presence.ts: an available presence of a contact or of another own resource reached an account. */
  'presence received': InboundStanza;
  'subscription changed': SubscriptionEvent;
  /** im/subscribing.ts */
  'subscription asked': SubscriptionAskedEvent;
  /** im/roster.ts: a contact's item was set or removed (its groups, say). */
  'roster item set': { account: Account; contact: Jid };
  /** im/availability.ts, im/probes.ts: for each address that a broadcast goes to, and for each answer to a probe. */
  'presence to contact': PresenceToContactEvent;
  /** extensions/caps.ts: they became known, or others than before. */
  'features known': FeaturesEvent;
  /** extensions/caps.ts: it went offline, or no longer says what it speaks. */
  'features forgotten': { account: Account; jid: Jid };
  /** extensions/disco.ts: of the host itself. */
  'server disco info': NodeDiscoEvent;
  'server disco items': NodeDiscoEvent;
  'account disco info': AccountDiscoEvent;
  'account disco items': AccountDiscoEvent;
  /** extensions/pubsub/work.ts */
  'node items changed': NodeItemsEvent;
  /** Who converts (extensions/bookmarks.ts, extensions/avatar.ts …); extensions/pubsub/conversions.ts sees to it. */
  'node change wanted': NodeChangeEvent;
  /** extensions/vcard-temp.ts */
  'vcard set': VcardEvent;
  /** extensions/private-data.ts */
  'private data set': PrivateDataEvent;
  /** peers.ts: a link to another server came or went. */
  'links changed': Record<string, never>;
  /** server.ts: the box is reached at an onion address from now on. */
  'onion known': Record<string, never>;
  /** firmware/care.ts: add what is to be done once a day. */
  night: { work: (() => Promise<void>)[] };
  /** stream/features.ts */
  'stream features': StreamFeaturesEvent;
  /** stream/sasl2/bind2.ts */
  'bind features': BindFeaturesEvent;
  'session binding': SessionBindingEvent;
  /** server.ts: streams are about to end. */
  'server stopping': Record<string, never>;
  /** access/quarantine.ts: something of a stranger is about to wait for the member. */
  'stranger held': { account: Account };
  /** host.ts: what access/rules decides may be something else from now on. `changes`: those that were committed at once; none where a list of spammers has changed. */
  'access changed': { changes: readonly Change[] };
  /** servers/tell-of-move.ts: addresses of the box are others from now on, in the store already. */
  'addresses moved': AddressesMovedEvent;
  /** access/accounts.ts */
  'account created': { account: Account };
  /** access/circles.ts: on disk, and in the rosters. */
  'circle changed': CircleEvent;
  'account removed': { account: Account };
  /** access/accounts.ts: its removal is on disk. */
  'account forgotten': { account: Account };
  /** access/accounts.ts: an invitation was used up by the account that it made. */
  'invite used': { code: string; account: Account };
  /** extensions/registration.ts: someone sent a code that is no usable invitation. The pairing window counts them. */
  'invite refused': { address: string };
}

export type HookName = keyof HookMap;
export type HookHandler<N extends HookName> = (event: HookMap[N]) => void;

export class Hooks {
  readonly #handlers = new Map<HookName, ((event: never) => void)[]>();

  on<N extends HookName>(name: N, handler: HookHandler<N>): void {
    const list = this.#handlers.get(name);
    if (list) list.push(handler);
    else this.#handlers.set(name, [handler]);
  }

  /** Runs the handlers in order and returns the event. What a handler throws goes to the caller; later handlers do not run. */
  run<N extends HookName>(name: N, event: HookMap[N]): HookMap[N] {
    for (const handler of (this.#handlers.get(name) ?? []) as HookHandler<N>[]) handler(event);
    return event;
  }
}
