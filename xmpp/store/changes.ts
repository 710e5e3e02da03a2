/**
 * Every durable change is one of these values; `journal.commit` is the one door for them, and a cluster replicates just them.
 *
 * Rules: a change holds all that its application needs (no clock, no randomness, no reading of what may differ elsewhere);
 * applying it twice is the same as once; what overwrites a row keeps the hybrid logical clock that wrote it, so that an older
 * change that arrives later is ignored. A new field of a kind is optional, or the kind gets a new name.
 */
import type {
  AccessRule,
  Act,
  Approval,
  ApprovalRequest,
  BlocklistEntry,
  Circle,
  CircleMember,
  HeldStanza,
  KeptBlocklist,
  Report,
} from './access-model.ts';
import type { ArchivedMessage, ArchivePreferences, OfflineMessage } from './archive-model.ts';
import type {
  Account,
  ClientRow,
  Credential,
  Id,
  Invite,
  LastSeen,
  PeerRuleRow,
  PushRegistration,
  Role,
  RosterItem,
  ServerRow,
  SubscriptionRequest,
} from './model.ts';
import type { NodeAffiliation, NodeItem, NodeRow, NodeSubscription } from './node-model.ts';
import type { HatWearer, RoomAffiliation, RoomHat, RoomRow, RoomSubject } from './room-model.ts';
import type { UploadSlot } from './upload-model.ts';

/** What each kind of change carries. */
export interface ChangeData {
  'server set': ServerRow;
  /** Takes its accounts, rooms, rules, circles, invitations and nodes with it. */
  'server removed': { server: Id };
  /** What a server keeps to itself, made once; the same on every box. */
  'secret set': { server: Id; name: string; value: string };

  'account created': { account: Account; credentials: Credential[] };
  'credentials set': { account: Id; credentials: Credential[] };
  /** A hash of the same password that the account lacked (XEP-0480). */
  'credential added': { account: Id; credential: Credential };
  /** Its tokens go with the next change of the account's password or status. */
  'client set': ClientRow;
  'client removed': { account: Id; id: string };
  'role set': { account: Id; role: Role };
  'account status set': { account: Id; status: Account['status'] };
  /** Takes everything of the account with it; its name is free again. */
  'account removed': { account: Id };
  'last seen set': { account: Id } & LastSeen;

  'roster item set': { account: Id; item: RosterItem };
  'roster item removed': { account: Id; contact: string };
  'subscription request kept': { account: Id } & SubscriptionRequest;
  'subscription request cleared': { account: Id; contact: string };

  /** `text`: what it is to be found by, where its owner searches. */
  'message archived': ArchivedMessage & { text?: string };
  /** A tombstone in the place of a message of the same id (XEP-0424), whichever of the two comes first. */
  'archived message replaced': ArchivedMessage;
  /** Of an account or a room: what is older goes, and does not come back. */
  'archive pruned': { account: Id; beforeMs: number };
  /** Messages of a time when these peers (bare JIDs at the domain `from`) were called otherwise are found by their name of today. */
  'archive addresses moved': { account: Id; from: string; to: string };
  /** Who made rooms and nodes, who published, whom limited members asked for: those of the domain `from` by their name of today. */
  'names moved': { from: string; to: string };
  'archive preferences set': { account: Id; preferences: ArchivePreferences };
  /** Off takes the words of all messages away. */
  'archive search set': { account: Id; on: boolean };
  /** Words of messages that were there before; those older than `downTo` are still to come, none where it is ''. */
  'archive words added': { account: Id; words: { id: Id; text: string }[]; downTo: Id };
  'offline message kept': { account: Id } & OfflineMessage;
  'offline messages cleared': { account: Id; ids: Id[] };

  'blocked set': { account: Id; jid: string };
  /** All where `jid` is absent. */
  'blocked removed': { account: Id; jid?: string };
  /** `account` may be a room's id as well. */
  'vcard set': { account: Id; vcard: string };
  /** Private XML storage (XEP-0049), by the element's name and namespace. */
  'private data set': { account: Id; name: string; namespace: string; data: string };

  /** In the place of an earlier one of the same service and node. */
  'push enabled': { account: Id } & PushRegistration;
  'push disabled': { account: Id; service: string; node: string };

  /** A component's domain and its secret (XEP-0114). */
  'component set': { domain: string; secret: string };
  'component removed': { domain: string };

  /** In the place of an earlier one of the same domain. */
  'peer rules set': PeerRuleRow;
  'peer rules removed': { domain: string };

  'invite created': Invite;
  /** One use taken; `account` is the account it made, or the bare JID of the contact. */
  'invite used': { code: string; account: Id };
  'invite revoked': { code: string };

  'access rule set': AccessRule;
  'access rule removed': { server: Id; rule: Id };
  'circle set': Circle;
  /** Takes the standing of its members with it. */
  'circle removed': { circle: Id };
  /** 'none' takes it away. */
  'circle member set': CircleMember;
  'approval asked': ApprovalRequest;
  /** Answers what was asked. */
  'approval set': Approval;
  'stanza held': HeldStanza;
  /** A member wrote to this stranger (a bare JID), or let them in: no stranger to that member from then on. */
  'sender accepted': { account: Id; from: string };
  /** All of one sender (a bare JID), let in or thrown away; where `beforeMs` is said, what came before that. */
  'held stanzas cleared': { account: Id; from: string; beforeMs?: number };
  'report kept': Report;
  'reports forgotten': { account: Id; beforeMs: number };
  /** The whole of a list that others keep. */
  'blocklist kept': Omit<KeptBlocklist, 'since'> & { server: Id };
  /** What its server told of one entry since. */
  'blocklist entry set': { server: Id; service: string; node: string } & BlocklistEntry;
  'blocklist forgotten': { server: Id; service: string; node: string };
  'act recorded': Act;
  'acts forgotten': { server: Id; beforeMs: number };

  'node set': NodeRow;
  'node removed': { owner: Id; node: string };
  /** Replaces an item of the same id; then the oldest above `keep` go. */
  'item published': NodeItem & { keep: number };
  'item retracted': { owner: Id; node: string; id: string };
  'items expired': { owner: Id; node: string; beforeMs: number };
  'node purged': { owner: Id; node: string };
  /** 'none' takes it away. */
  'node affiliation set': NodeAffiliation;
  /** 'none' takes it away. */
  'node subscription set': NodeSubscription;

  'room created': RoomRow;
  /** All fields of its configuration, by their `var`. */
  'room configured': { room: Id; config: Record<string, string> };
  'room affiliation set': { room: Id } & RoomAffiliation;
  'room subject set': { room: Id } & RoomSubject;
  'room hat set': { room: Id } & RoomHat;
  /** Nobody wears it any more, either. */
  'room hat removed': { room: Id; uri: string };
  'room hat worn': { room: Id; worn: boolean } & HatWearer;
  /** Takes everything of the room with it; its name is free again. */
  'room removed': { room: Id };

  'upload slot made': UploadSlot;
  /** The file of a slot is on the disk, whole. */
  'upload stored': { account: Id; id: string; atMs: number };
  /** The slot, and its file where it came. */
  'upload removed': { account: Id; id: string };
}

export type ChangeKind = keyof ChangeData;

/** A change as a handler makes it. */
export type Change = { [K in ChangeKind]: { kind: K; data: ChangeData[K] } }[ChangeKind];

/** A change as it is applied and, in a cluster, sent: stamped by the journal. */
export type StampedChange = Change & {
  /** Id of the box where it was made. */
  origin: string;
  /** Counts the changes of that box, from 1, without gaps. */
  seq: number;
  /** Hybrid logical clock, text that sorts (store/hlc.ts). */
  hlc: string;
};

export function change<K extends ChangeKind>(kind: K, data: ChangeData[K]): Change {
  return { kind, data } as Change;
}
