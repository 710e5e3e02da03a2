/** Each kind of change is seen by the reads once its commit has resolved, and by those of a store opened anew. */
import { expect, onTestFinished, test } from 'vitest';
import { type Change, type ChangeKind, change } from '../../../xmpp/store/changes.ts';
import type { Store } from '../../../xmpp/store/store.ts';
import type { UploadSlot } from '../../../xmpp/store/upload-model.ts';
import { noonMs, SetClock, temporaryFolder } from './fixtures.ts';
import { openQuickStore } from './quick-store.ts';
import { accessCases } from './round-trip-access.ts';
import { roomCases, type Seen } from './round-trip-rooms.ts';
import {
  alice,
  bob,
  client,
  credential,
  invite,
  item,
  kinds,
  message,
  room,
  sample,
  samples,
  server,
  slot,
} from './samples.ts';

/** The way to a thread of its own and back is the same for every kind, and journal.test.ts has it. */
async function open(folder = temporaryFolder()): Promise<Store> {
  const store = await openQuickStore(folder, new SetClock());
  onTestFinished(() => store.close());
  return store;
}

const born: ChangeKind[] = ['server set', 'account created'];

const cases: { [K in ChangeKind]: Seen } = {
  'archive addresses moved': {
    before: [...born, 'message archived'],
    read: ({ archive }) => archive.message('a1', 'm1')?.peer,
    is: 'bob@new.test',
  },
  'names moved': {
    before: [...born, 'room created', 'node set', 'item published'],
    read: ({ rooms, nodes }) => [
      rooms.createdBy('s1', 'alice@new.test'),
      nodes.node('a1', item.node)?.creator,
      nodes.item('a1', item.node, item.id)?.publisher,
    ],
    is: [1, 'alice@new.test', item.publisher.replace('casp3r.local', 'new.test')],
  },
  'server removed': {
    before: ['server set', 'invite created', 'secret set'],
    read: (store) => [store.servers.all(), store.secrets.get('s1', 'decoys'), store.invites.list('s1')],
    is: [[], undefined, []],
  },
  'server set': { read: (store) => store.servers.all(), is: [server] },
  'secret set': { read: (store) => store.secrets.get('s1', 'decoys'), is: 'c2VjcmV0' },
  'account created': {
    read: ({ accounts }) => [
      accounts.byName('s1', 'alice'),
      accounts.byId('a1'),
      accounts.list('s1'),
      accounts.count('s1'),
      accounts.credentials('a1'),
    ],
    is: [alice, alice, [alice], 1, [credential]],
  },
  'credentials set': {
    before: born,
    read: ({ accounts }) => accounts.credentials('a1'),
    is: [{ ...credential, hash: 'SHA-512' }],
  },
  'credential added': {
    before: born,
    read: ({ accounts }) => [
      accounts.credentials('a1'),
      accounts.lacking('s1', 'SHA-1'),
      accounts.lacking('s1', 'SHA-512'),
    ],
    is: [[credential, { ...credential, hash: 'SHA-1' }], 0, 1],
  },
  'client set': {
    before: born,
    read: ({ clients }) => [clients.find('a1', 'c1'), clients.list('a1')],
    is: [client, [client]],
  },
  'client removed': {
    before: [...born, 'client set'],
    read: ({ clients }) => [clients.find('a1', 'c1'), clients.list('a1')],
    is: [undefined, []],
  },
  'role set': { before: born, read: ({ accounts }) => accounts.byId('a1')?.role, is: 'administrator' },
  'account status set': {
    before: born,
    read: ({ accounts }) => accounts.byName('s1', 'alice')?.status,
    is: 'disabled',
  },
  'account removed': {
    before: kinds.filter((kind) => kind !== 'account removed'),
    read: (store) => [
      store.accounts.byName('s1', 'alice'),
      store.accounts.byId('a1'),
      store.accounts.credentials('a1'),
      store.clients.list('a1'),
      store.accounts.lastSeen('a1'),
      store.archive.ends('a1'),
      store.archive.preferences('a1'),
      store.archive.search('a1'),
      store.roster.version('a1'),
      store.extras.vcard('a1'),
      store.extras.pushRegistrations('a1'),
      store.extras.privateData('a1', 'storage', 'storage:bookmarks'),
    ],
    is: [undefined, undefined, [], [], undefined, undefined, undefined, undefined, '', undefined, [], undefined],
  },
  'last seen set': {
    before: born,
    read: ({ accounts }) => accounts.lastSeen('a1'),
    is: { atMs: noonMs, status: 'off to bed' },
  },
  'roster item set': {
    before: born,
    read: ({ roster }) => [roster.items('a1'), roster.item('a1', bob.contact), roster.version('a1') === ''],
    is: [[bob], bob, false],
  },
  'roster item removed': {
    before: [...born, 'roster item set'],
    read: ({ roster }) => [roster.items('a1'), roster.item('a1', bob.contact)],
    is: [[], undefined],
  },
  'subscription request kept': {
    before: born,
    read: ({ roster }) => roster.requests('a1'),
    is: [{ contact: 'carol@c.test', stanza: '<presence/>' }],
  },
  'subscription request cleared': {
    before: [...born, 'subscription request kept'],
    read: ({ roster }) => roster.requests('a1'),
    is: [],
  },
  'message archived': {
    before: born,
    read: ({ archive }) => [archive.has('a1', 'm1'), archive.ends('a1'), archive.sentSince('s1', noonMs)],
    is: [true, { first: message, last: message }, 1],
  },
  'archived message replaced': {
    before: [...born, 'message archived'],
    read: ({ archive }) => [
      archive.message('a1', 'm1'),
      archive.page({ account: 'a1', limit: 9, fromEnd: false }).total,
    ],
    is: [samples['archived message replaced'], 1],
  },
  'archive pruned': {
    before: [...born, 'message archived'],
    read: ({ archive }) => [
      archive.has('a1', 'm1'),
      archive.ends('a1'),
      archive.page({ account: 'a1', limit: 9, fromEnd: false }).total,
    ],
    is: [false, undefined, 0],
  },
  'archive preferences set': {
    before: born,
    read: ({ archive }) => archive.preferences('a1'),
    is: samples['archive preferences set'].preferences,
  },
  'archive search set': { before: born, read: ({ archive }) => archive.search('a1'), is: { on: true, downTo: null } },
  'archive words added': {
    before: [...born, 'archive search set', 'message archived'],
    read: ({ archive }) => [archive.search('a1'), archive.before('a1', 'm2', 9), archive.before('a1', 'm1', 9)],
    is: [{ on: true, downTo: 'm0' }, [message], []],
  },
  'offline message kept': {
    before: born,
    read: ({ offline }) => [offline.list('a1', 10), offline.count('a1')],
    is: [[{ id: 'o1', atMs: noonMs, stanza: '<message/>' }], 1],
  },
  'offline messages cleared': {
    before: [...born, 'offline message kept'],
    read: ({ offline }) => [offline.list('a1', 10), offline.count('a1')],
    is: [[], 0],
  },
  'blocked set': { before: born, read: ({ extras }) => extras.blocked('a1'), is: ['mallory@m.test'] },
  'blocked removed': { before: [...born, 'blocked set'], read: ({ extras }) => extras.blocked('a1'), is: [] },
  'vcard set': { before: born, read: ({ extras }) => extras.vcard('a1'), is: '<vCard/>' },
  'private data set': {
    before: born,
    read: ({ extras }) => [
      extras.privateData('a1', 'storage', 'storage:bookmarks'),
      extras.privateData('a1', 'storage', 'other'),
    ],
    is: ['<storage/>', undefined],
  },
  ...accessCases,
  'invite created': {
    read: ({ invites }) => [invites.byCode(invite.code), invites.list('s1')],
    is: [invite, [invite]],
  },
  'invite used': {
    before: ['invite created'],
    read: ({ invites }) => invites.byCode(invite.code),
    is: { ...invite, usesLeft: 1 },
  },
  'invite revoked': {
    before: ['invite created'],
    read: ({ invites }) => [invites.byCode(invite.code), invites.list('s1')],
    is: [undefined, []],
  },
  'node set': {
    before: born,
    read: ({ nodes }) => [nodes.nodes('a1'), nodes.node('a1', item.node)?.config],
    is: [[samples['node set']], { access_model: 'whitelist' }],
  },
  'node removed': {
    before: [...born, 'node set', 'item published'],
    read: ({ nodes }) => [nodes.nodes('a1'), nodes.node('a1', item.node), nodes.items('a1', item.node)],
    is: [[], undefined, []],
  },
  'item published': {
    before: [...born, 'node set'],
    read: ({ nodes }) => [nodes.items('a1', item.node), nodes.item('a1', item.node, item.id)],
    is: [[item], item],
  },
  'item retracted': {
    before: [...born, 'node set', 'item published'],
    read: ({ nodes }) => [nodes.items('a1', item.node), nodes.item('a1', item.node, item.id)],
    is: [[], undefined],
  },
  'items expired': {
    before: [...born, 'node set', 'item published'],
    read: ({ nodes }) => [nodes.count('a1', item.node, 0), nodes.items('a1', item.node)],
    is: [0, []],
  },
  'node affiliation set': {
    before: [...born, 'node set'],
    read: ({ nodes }) => [
      nodes.affiliations('a1', item.node),
      nodes.affiliation('a1', item.node, 'bob@b.test'),
      nodes.affiliationsOf('bob@b.test'),
      nodes.affiliationsOf('bob@b.test', 's1'),
    ],
    is: [[samples['node affiliation set']], samples['node affiliation set'], [samples['node affiliation set']], []],
  },
  'node subscription set': {
    before: [...born, 'node set'],
    read: ({ nodes }) => [
      nodes.subscriptions('a1', item.node),
      nodes.subscription('a1', item.node, 'bob@b.test/phone'),
      nodes.subscriptionsOf('bob@b.test', 'a1'),
      nodes.subscriptionsOf('bob@b.te'),
    ],
    is: [[samples['node subscription set']], samples['node subscription set'], [samples['node subscription set']], []],
  },
  'node purged': {
    before: [...born, 'node set', 'item published'],
    read: ({ nodes }) => [nodes.items('a1', item.node), nodes.nodes('a1').length],
    is: [[], 1],
  },
  ...roomCases,
  'upload slot made': {
    before: born,
    read: ({ uploads }) => [uploads.find('u1'), uploads.ofAccount('a1')],
    is: [slot, [slot]],
  },
  'upload stored': {
    before: [...born, 'upload slot made'],
    read: ({ uploads }) => [uploads.find('u1'), uploads.ofAccount('a1')],
    is: [{ ...slot, storedMs: noonMs + 1 }, [{ ...slot, storedMs: noonMs + 1 }]],
  },
  'upload removed': {
    before: [...born, 'upload slot made', 'upload stored'],
    read: ({ uploads }) => [uploads.find('u1'), uploads.ofAccount('a1')],
    is: [undefined, []],
  },
};

test.each(kinds)('%s', async (kind) => {
  const { before = [], read, is } = cases[kind];
  const folder = temporaryFolder();
  const store = await open(folder);
  for (const earlier of before) await store.journal.commit(sample(earlier));
  read(store); // fills the caches with what is about to be stale
  await store.journal.commit(sample(kind));
  expect(read(store)).toEqual(is);
  await store.close();
  expect(read(await open(folder))).toEqual(is);
});

test('a removed account frees its name, and what speaks of it later is void', async () => {
  const store = await open();
  await store.journal.commit(sample('account created'), sample('account removed'));
  const anew = { ...alice, id: 'a2' };
  await store.journal.commit(
    change('account created', { account: anew, credentials: [] }),
    sample('roster item set'),
    sample('role set'),
  );
  expect(store.accounts.list('s1')).toEqual([anew]);
  expect(store.roster.items('a1')).toEqual([]);
});

test('an invite counts each account once and never below zero', async () => {
  const store = await open();
  const used = (account: string): Change => change('invite used', { code: invite.code, account });
  await store.journal.commit(sample('invite created'), used('x'), used('x'));
  expect(store.invites.byCode(invite.code)?.usesLeft).toBe(1);
  await store.journal.commit(used('y'));
  expect(store.invites.byCode(invite.code)?.usesLeft).toBe(0);
});

test('a destroyed room takes its archive and its picture along, and what speaks of it later is void', async () => {
  const store = await open();
  const said = change('message archived', { ...message, account: 'r1' });
  await store.journal.commit(sample('room created'), said, change('vcard set', { account: 'r1', vcard: '<vCard/>' }));
  expect([store.archive.has('r1', 'm1'), store.extras.vcard('r1')]).toEqual([true, '<vCard/>']);
  await store.journal.commit(sample('room removed'));
  await store.journal.commit(said, sample('room affiliation set'));
  expect([store.archive.has('r1', 'm1'), store.extras.vcard('r1')]).toEqual([false, undefined]);
  expect(store.rooms.affiliations('r1')).toEqual([]);
});

test('of two rooms of one name only the first is made', async () => {
  const store = await open();
  await store.journal.commit(sample('room created'));
  const second = change('room created', { ...room, id: 'r2' });
  await expect(store.journal.commit(second)).rejects.toMatchObject({ code: 'CONFLICT' });
  await store.journal.commit(sample('room removed'), second);
  expect(store.rooms.byName('s1', 'kitchen')?.id).toBe('r2');
});

test('a slot takes one file', async () => {
  const store = await open();
  const stored = sample('upload stored');
  await expect(store.journal.commit(stored)).rejects.toMatchObject({ code: 'CONFLICT' });
  await store.journal.commit(sample('upload slot made'), stored);
  await expect(store.journal.commit(stored)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('what is due to go: slots that nobody used, files past their own time or that of all messages', async () => {
  const store = await open();
  const day = 86_400_000;
  const made = (id: string, facts: Partial<UploadSlot> = {}) => change('upload slot made', { ...slot, id, ...facts });
  const stored = (id: string) => change('upload stored', { account: 'a1', id, atMs: noonMs });
  await store.journal.commit(
    made('unused'),
    made('picture'),
    stored('picture'),
    made('story', { purpose: 'ephemeral', untilMs: noonMs + 2 * day }),
    stored('story'),
    made('face', { purpose: 'profile' }),
    stored('face'),
  );
  const over = (afterMs: number, days: number) =>
    store.uploads.over(noonMs + afterMs, noonMs + afterMs - days * day).map(({ id }) => id);
  expect(over(299_999, 30)).toEqual([]);
  expect(over(300_000, 30)).toEqual(['unused']);
  expect(over(2 * day, 30)).toEqual(['story', 'unused']);
  expect(over(30 * day + 1, 30)).toEqual(['picture', 'story', 'unused']);
});
