/** One change of each kind, all about the same account. */
import type { AccessRule, Act, HeldStanza, Report } from '../../../xmpp/store/access-model.ts';
import type { ArchivedMessage } from '../../../xmpp/store/archive-model.ts';
import type { Change, ChangeData, ChangeKind } from '../../../xmpp/store/changes.ts';
import type {
  Account,
  ClientRow,
  Credential,
  Invite,
  PushRegistration,
  RosterItem,
  ServerRow,
} from '../../../xmpp/store/model.ts';
import type { RoomAffiliation, RoomRow, RoomSubject } from '../../../xmpp/store/room-model.ts';
import type { UploadSlot } from '../../../xmpp/store/upload-model.ts';
import { noonMs } from './fixtures.ts';

export const server: ServerRow = {
  id: 's1',
  domain: 'casp3r.local',
  fallbacks: ['old.example'],
  mode: 'family',
  registration: 'invite',
};

export const alice: Account = {
  id: 'a1',
  server: 's1',
  local: 'alice',
  role: 'member',
  status: 'active',
  createdMs: noonMs,
};

export const credential: Credential = {
  hash: 'SHA-256',
  salt: Buffer.from('salt'),
  iterations: 10_000,
  storedKey: Buffer.from('stored'),
  serverKey: Buffer.from('server'),
};

export const client: ClientRow = {
  account: 'a1',
  id: 'c1',
  software: 'Conversations',
  device: 'Phone',
  firstMs: noonMs,
  lastMs: noonMs + 1,
  password: true,
  tokens: [
    { secret: 's', mechanism: 'HT-SHA-256-NONE', issuedMs: noonMs, expiresMs: noonMs + 9, count: 3, used: true },
  ],
};

export const bob: RosterItem = {
  contact: 'bob@b.test',
  name: 'Bob',
  groups: ['Friends', 'Choir'],
  subscription: 'both',
  ask: true,
  approved: true,
  circles: { before: 'to', groups: ['Choir'] },
  knowsUsAt: 'old.example',
};

export const message: ArchivedMessage = {
  account: 'a1',
  id: 'm1',
  peer: 'bob@b.test',
  peerFull: 'bob@b.test/phone',
  direction: 'out',
  atMs: noonMs,
  stanza: "<message xmlns='jabber:client'><body>hi</body></message>",
};

export const invite: Invite = {
  code: 'ABCD2345',
  server: 's1',
  role: 'member',
  createdBy: 'a1',
  createdMs: noonMs,
  expiresMs: noonMs + 300_000,
  uses: 2,
  usesLeft: 2,
  note: 'for the choir',
  username: 'carol',
  befriends: true,
  registers: false,
  circle: 'c1',
  resets: 'a2',
};

export const item = {
  owner: 'a1',
  node: 'urn:xmpp:bookmarks:1',
  id: 'room@muc.test',
  publisher: 'alice@casp3r.local/phone',
  atMs: noonMs,
  payload: "<conference xmlns='urn:xmpp:bookmarks:1'/>",
};

export const room: RoomRow = {
  id: 'r1',
  server: 's1',
  local: 'kitchen',
  creator: 'alice@casp3r.local',
  createdMs: noonMs,
};

export const owner: RoomAffiliation = {
  jid: 'alice@casp3r.local',
  affiliation: 'owner',
  nick: 'Alice',
  reason: '',
  sinceMs: noonMs,
};

export const subject: RoomSubject = {
  nick: 'Alice',
  atMs: noonMs,
  subject: '<message><subject>Soup</subject></message>',
};

export const hat = { uri: 'http://hats.example/cook', title: 'Cook', hue: '120' };

export const slot: UploadSlot = {
  id: 'u1',
  account: 'a1',
  name: 'soup.jpg',
  bytes: 4711,
  type: 'image/jpeg',
  purpose: 'message',
  madeMs: noonMs,
  expiresMs: noonMs + 300_000,
  untilMs: 0,
};

export const rule: AccessRule = {
  id: 'r1',
  server: 's1',
  position: 1,
  subject: 'domain:spam.test',
  action: 'federate-in',
  decision: 'deny',
  setBy: 'alice@casp3r.local',
  setMs: noonMs,
  why: 'spam',
};

export const report: Report = {
  account: 'a1',
  id: 'r1',
  jid: 'mallory@m.test',
  atMs: noonMs,
  reason: 'urn:xmpp:reporting:spam',
  text: 'pills again',
  stanzas: ['<message/>'],
};

export const held: HeldStanza = {
  account: 'a1',
  id: 'h1',
  from: 'eve@e.test',
  atMs: noonMs,
  stanza: '<message/>',
};

export const act: Act = {
  id: 't1',
  server: 's1',
  atMs: noonMs,
  who: 'alice@casp3r.local',
  from: '192.0.2.7',
  what: 'user role',
  about: 'bob@casp3r.local limited',
};

export const push: PushRegistration = {
  service: 'push.app.test',
  node: 'phone',
  resource: 'app.1',
  client: 'd4565fa7-4d72-4749-b3d3-740edbf87770',
  options: "<x xmlns='jabber:x:data'/>",
  shows: ['sender'],
  atMs: noonMs,
};

const account = 'a1';

/** Made in this order, each has something to change. */
export const samples: ChangeData = {
  'server set': server,
  'secret set': { server: 's1', name: 'decoys', value: 'c2VjcmV0' },
  'account created': { account: alice, credentials: [credential] },
  'credential added': { account, credential: { ...credential, hash: 'SHA-1' } },
  'client set': client,
  'client removed': { account, id: 'c1' },
  'credentials set': { account, credentials: [{ ...credential, hash: 'SHA-512' }] },
  'role set': { account, role: 'administrator' },
  'account status set': { account, status: 'disabled' },
  'last seen set': { account, atMs: noonMs, status: 'off to bed' },
  'roster item set': { account, item: bob },
  'roster item removed': { account, contact: bob.contact },
  'subscription request kept': { account, contact: 'carol@c.test', stanza: '<presence/>' },
  'subscription request cleared': { account, contact: 'carol@c.test' },
  'message archived': message,
  'archive addresses moved': { account, from: 'b.test', to: 'new.test' },
  'archived message replaced': { ...message, stanza: '<message><retracted/></message>' },
  'archive pruned': { account, beforeMs: noonMs + 1 },
  'archive preferences set': { account, preferences: { default: 'roster', always: ['bob@b.test'], never: [] } },
  'archive search set': { account, on: true },
  'archive words added': { account, words: [{ id: 'm0', text: 'soup' }], downTo: 'm0' },
  'offline message kept': { account, id: 'o1', atMs: noonMs, stanza: '<message/>' },
  'offline messages cleared': { account, ids: ['o1'] },
  'blocked set': { account, jid: 'mallory@m.test' },
  'blocked removed': { account, jid: 'mallory@m.test' },
  'vcard set': { account, vcard: '<vCard/>' },
  'private data set': { account, name: 'storage', namespace: 'storage:bookmarks', data: '<storage/>' },
  'access rule set': rule,
  'access rule removed': { server: 's1', rule: rule.id },
  'circle set': { id: 'c1', server: 's1', name: 'School', room: 'school' },
  'circle member set': { circle: 'c1', account, standing: 'member' },
  'circle removed': { circle: 'c1' },
  'approval asked': { account, contact: 'aunt@g.test', direction: 'out', atMs: noonMs, stanza: '<presence/>' },
  'approval set': { account, contact: 'grandma@g.test', approved: true },
  'sender accepted': { account, from: held.from },
  'stanza held': held,
  'held stanzas cleared': { account, from: held.from },
  'report kept': report,
  'reports forgotten': { account, beforeMs: noonMs + 1 },
  'blocklist kept': {
    server: 's1',
    service: 'rtbl.test',
    node: 'spam',
    readMs: noonMs,
    entries: 'spam.test pills\nspam2.test',
  },
  'blocklist entry set': {
    server: 's1',
    service: 'rtbl.test',
    node: 'spam',
    entry: 'spam2.test',
    why: '',
    listed: false,
  },
  'blocklist forgotten': { server: 's1', service: 'rtbl.test', node: 'spam' },
  'act recorded': act,
  'acts forgotten': { server: 's1', beforeMs: noonMs + 1 },
  'push enabled': { account, ...push },
  'push disabled': { account, service: push.service, node: push.node },
  'component set': { domain: 'irc.casp3r.local', secret: 'hush' },
  'component removed': { domain: 'irc.casp3r.local' },
  'peer rules set': { domain: 'old.example', requireCertificate: false, stanzasPerSecond: 50 },
  'peer rules removed': { domain: 'old.example' },
  'invite created': invite,
  'invite used': { code: invite.code, account },
  'invite revoked': { code: invite.code },
  'node set': {
    owner: account,
    node: item.node,
    config: { access_model: 'whitelist' },
    creator: 'alice@casp3r.local',
    createdMs: noonMs,
  },
  'item published': { ...item, keep: 10 },
  'items expired': { owner: account, node: item.node, beforeMs: noonMs + 1 },
  'item retracted': { owner: account, node: item.node, id: item.id },
  'node affiliation set': { owner: account, node: item.node, jid: 'bob@b.test', affiliation: 'publisher' },
  'node subscription set': {
    owner: account,
    node: item.node,
    jid: 'bob@b.test/phone',
    state: 'subscribed',
    options: { deliver: 'true' },
  },
  'node purged': { owner: account, node: item.node },
  'node removed': { owner: account, node: item.node },
  'room created': room,
  'names moved': { from: 'casp3r.local', to: 'new.test' },
  'room configured': { room: room.id, config: { roomname: 'The kitchen' } },
  'room affiliation set': { room: room.id, ...owner },
  'room subject set': { room: room.id, ...subject },
  'room hat set': { room: room.id, ...hat },
  'room hat worn': { room: room.id, uri: hat.uri, jid: 'alice@casp3r.local', worn: true },
  'room hat removed': { room: room.id, uri: hat.uri },
  'room removed': { room: room.id },
  'upload slot made': slot,
  'upload stored': { account, id: slot.id, atMs: noonMs + 1 },
  'upload removed': { account, id: slot.id },
  'account removed': { account },
  'server removed': { server: 's1' },
};

export function sample<K extends ChangeKind>(kind: K): Change {
  return { kind, data: samples[kind] } as Change;
}

export const kinds = Object.keys(samples) as ChangeKind[];
