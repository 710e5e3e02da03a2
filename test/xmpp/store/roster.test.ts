/** Versions of a roster (RFC 6121 section 2.6). */
import { expect, test } from 'vitest';
import { type Change, change } from '../../../xmpp/store/changes.ts';
import { open, temporaryFolder } from './fixtures.ts';
import { bob, sample } from './samples.ts';

const carol = { ...bob, contact: 'carol@c.test', name: 'Carol' };
const set = (item: typeof bob): Change => change('roster item set', { account: 'a1', item });

test('a version leads to what changed since, oldest first, removals among it', async () => {
  const folder = temporaryFolder();
  const store = await open(folder);
  expect(store.roster.version('a1')).toBe('');
  await store.journal.commit(set(bob), set(carol));
  const version = store.roster.version('a1');
  expect(store.roster.changesSince('a1', version)).toEqual([]);

  await store.journal.commit(change('roster item removed', { account: 'a1', contact: bob.contact }));
  const between = store.roster.version('a1');
  await store.journal.commit(set({ ...carol, name: 'C' }));
  const changes = [
    { contact: bob.contact, item: undefined, version: between },
    { contact: carol.contact, item: { ...carol, name: 'C' }, version: store.roster.version('a1') },
  ];
  expect(store.roster.changesSince('a1', version)).toEqual(changes);
  expect(store.roster.changesSince('a1', between)).toEqual(changes.slice(1));
  await store.close();
  expect((await open(folder)).roster.changesSince('a1', version)).toEqual(changes);
});

test('a roster that lost its last contact still has a version', async () => {
  const store = await open();
  await store.journal.commit(set(bob));
  const version = store.roster.version('a1');
  await store.journal.commit(sample('roster item removed'));
  expect(store.roster.version('a1')).not.toBe('');
  expect(store.roster.changesSince('a1', version)?.map(({ item }) => item)).toEqual([undefined]);
});

test('a version that this box did not give is unknown', async () => {
  const store = await open();
  await store.journal.commit(set(bob));
  const { boxId } = store;
  for (const version of ['', 'ver14', `${boxId}-2`, `${boxId}-0`, `${boxId}--1`, `${boxId}-1x`, 'zzzzzzzz-1', boxId]) {
    expect(store.roster.changesSince('a1', version), version).toBeUndefined();
  }
  expect(store.roster.changesSince('a1', `${boxId}-1`)).toEqual([]);
});

test('what the reads hand out cannot be changed by one caller for all others', async () => {
  const store = await open();
  await store.journal.commit(sample('account created'), set(bob), sample('blocked set'));
  store.roster.items('a1').pop();
  store.extras.blocked('a1').pop();
  expect(() => store.roster.item('a1', bob.contact)?.groups.push('x')).toThrow(TypeError);
  expect(() => Object.assign(store.accounts.byId('a1') ?? {}, { role: 'administrator' })).toThrow(TypeError);
  expect([store.roster.items('a1'), store.extras.blocked('a1')]).toEqual([[bob], ['mallory@m.test']]);
});
