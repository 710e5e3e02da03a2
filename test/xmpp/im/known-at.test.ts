/** A contact elsewhere that knows a member by a domain that was the primary one before (Promotion). */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { xml } from '../../../xmpp/xml.ts';
import { type Box, openBox } from './box.ts';

const BOB = 'bob@far.example';

let box: Box;
let close: () => Promise<void>;
let alice: Account;

beforeEach(async () => {
  ({ box, close } = await openBox());
  alice = await box.member(box.near, 'alice');
  const item = { contact: BOB, name: '', groups: [], subscription: 'both', ask: false, approved: false } as const;
  const known = { ...item, groups: [], knowsUsAt: 'old.near.example' };
  await box.store.journal.commit(change('roster item set', { account: alice.id, item: known }));
  await box.online(box.near, alice, 'phone');
});
afterEach(() => close());

const old = () => `${alice.local}@old.near.example`;
const from = (type: string, to: string) => box.fromAfar(xml('presence', { type, from: BOB, to }));
const sent = () => box.abroad.splice(0).map(({ attrs }) => `${attrs.type ?? 'available'} ${attrs.from}`);
const state = () => box.store.roster.item(alice.id, BOB);

test('sees and hears it by that one', async () => {
  expect(sent()).toEqual([`available ${old()}/phone`, `probe ${old()}`]);
  await box.near.presence.forgetContact(alice, Jid.parse(BOB));
  expect(sent()).toEqual([`unavailable ${old()}/phone`, `unsubscribe ${old()}`, `unsubscribed ${old()}`]);
});

test('comes to know the member by the new one, and what it takes back from the old one means nothing', async () => {
  sent();
  await from('subscribed', box.near.addressOf(alice));
  expect(state()).toMatchObject({ subscription: 'both' });
  expect(state()).not.toHaveProperty('knowsUsAt');
  await from('unsubscribed', old());
  await from('unsubscribe', old());
  expect(state()).toMatchObject({ subscription: 'both' });
  await from('subscribe', box.near.addressOf(alice));
  expect(sent()).toEqual([`subscribed ${box.near.addressOf(alice)}`, `available ${box.near.addressOf(alice)}/phone`]);
});

test('may go on with the old one, and end it there', async () => {
  await from('unsubscribed', old());
  expect(state()).toMatchObject({ subscription: 'from' });
});

test('knows the primary one where the old one is none of the box any more', async () => {
  const { server } = box.near;
  await box.store.journal.commit(change('server set', { ...server, fallbacks: [] }));
  sent();
  await box.near.presence.forgetContact(alice, Jid.parse(BOB));
  expect(sent()).toContain(`unsubscribe ${box.near.addressOf(alice)}`);
});

test('is one who asked by that domain, too', async () => {
  const carol = 'carol@far.example';
  await box.fromAfar(xml('presence', { type: 'subscribe', from: carol, to: old() }));
  const phone = box.client(box.near, alice, 'tablet');
  await box.says(phone, xml('presence', { type: 'subscribed', to: carol }));
  expect(box.store.roster.item(alice.id, carol)).toMatchObject({ subscription: 'from', knowsUsAt: 'old.near.example' });
});
