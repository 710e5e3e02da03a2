/** Circles: what joining and leaving do to rosters and to who sees whom, in one commit and at once. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import type { Circle } from '../../../xmpp/store/access-model.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account, RosterItem } from '../../../xmpp/store/model.ts';
import { xml } from '../../../xmpp/xml.ts';
import type { Box } from '../im/box.ts';
import { iq, openBox, presence, rosterQuery, seen } from '../im/box.ts';

let box: Box;
let close: () => Promise<void>;
let alice: Account;
let bob: Account;
let carol: Account;
let family: Circle;

beforeEach(async () => {
  ({ box, close } = await openBox());
  alice = await box.member(box.near);
  bob = await box.member(box.near);
  carol = await box.member(box.near);
  family = await box.near.circles.create('Family', COMMAND_LINE);
});
afterEach(() => close());

const at = (account: Account) => box.near.addressOf(account);
const add = (...accounts: Account[]) =>
  accounts.reduce(
    (done, account) => done.then(() => box.near.circles.add(family, account, 'member', COMMAND_LINE)),
    Promise.resolve(),
  );
const drop = (account: Account) => box.near.circles.drop(family, account, COMMAND_LINE);

function item(owner: Account, contact: Account): Partial<RosterItem> | undefined {
  const kept = box.store.roster.item(owner.id, at(contact));
  return kept && { subscription: kept.subscription, groups: kept.groups, name: kept.name };
}

const brought = { subscription: 'both', groups: ['Family'], name: '' };

test("members are in each other's rosters at once, and leave nothing behind", async () => {
  await add(alice, bob, carol);
  for (const [one, other] of [
    [alice, bob],
    [bob, alice],
    [carol, alice],
    [bob, carol],
  ] as const)
    expect(item(one, other)).toEqual(brought);
  await drop(bob);
  expect(item(alice, bob)).toBeUndefined();
  expect(item(bob, alice)).toBeUndefined();
  expect(item(bob, carol)).toBeUndefined();
  expect(item(alice, carol)).toEqual(brought);
  await box.near.circles.remove(family, COMMAND_LINE);
  expect(box.store.roster.items(alice.id)).toEqual([]);
  expect(box.near.circles.list()).toEqual([]);
});

test('who is online gets the contact and the presence as it happens, and the end of both', async () => {
  await add(alice);
  const phone = await box.online(box.near, alice, 'phone');
  const desk = await box.online(box.near, bob, 'desk');
  await add(bob);
  await box.settled();
  expect(seen(phone)).toEqual([`push ${at(bob)} both`, `presence ${at(bob)}/desk`]);
  expect(seen(desk)).toEqual([`push ${at(alice)} both`, `presence ${at(alice)}/phone`]);
  await drop(bob);
  await box.settled();
  expect(seen(phone)).toEqual([`push ${at(bob)} remove`, `presence:unavailable ${at(bob)}/desk`]);
  expect(seen(desk)).toEqual([`push ${at(alice)} remove`, `presence:unavailable ${at(alice)}/phone`]);
});

test('contacts of before are as they were', async () => {
  await box.contact(alice, at(bob), { subscription: 'to' });
  await box.contact(bob, at(alice), { subscription: 'from' });
  await box.friends(alice, box.near, carol, box.near);
  await add(alice, bob, carol);
  expect(item(alice, bob)).toEqual(brought);
  await drop(alice);
  expect(item(alice, bob)).toEqual({ subscription: 'to', groups: [], name: '' });
  expect(item(bob, alice)).toEqual({ subscription: 'from', groups: [], name: '' });
  expect(item(alice, carol)).toEqual({ subscription: 'both', groups: [], name: '' });
});

test("a group of the same name that a member had is the member's", async () => {
  const own = { contact: at(bob), name: 'Bobby', groups: ['Family'], subscription: 'none' as const };
  await box.store.journal.commit(
    change('roster item set', { account: alice.id, item: { ...own, ask: false, approved: false } }),
  );
  await add(alice, bob);
  await drop(bob);
  expect(item(alice, bob)).toEqual({ subscription: 'none', groups: ['Family'], name: 'Bobby' });
  expect(item(bob, alice)).toBeUndefined();
});

test('whoever makes a contact of the circle their own keeps it', async () => {
  await add(alice, bob, carol);
  const phone = await box.online(box.near, alice, 'phone');
  const named = xml('item', { jid: at(bob), name: 'Bobby' }, xml('group', {}, 'Family'), xml('group', {}, 'Chess'));
  await box.says(phone, iq('set', rosterQuery({}, named)));
  await drop(bob);
  expect(item(alice, bob)).toEqual({ subscription: 'both', groups: ['Chess'], name: 'Bobby' });
  expect(item(bob, alice)).toEqual({ subscription: 'both', groups: [], name: '' });
  expect(item(carol, bob)).toBeUndefined();
});

test('what a member took back by hand does not come back by leaving', async () => {
  await box.friends(alice, box.near, bob, box.near);
  await add(alice, bob);
  const phone = await box.online(box.near, alice, 'phone');
  await box.says(phone, presence('unsubscribed', at(bob)));
  await drop(bob);
  expect(item(alice, bob)?.subscription).toBe('to');
  expect(item(bob, alice)?.subscription).toBe('from');
});

test('two who share another circle stay together in it', async () => {
  const choir = await box.near.circles.create('Choir', COMMAND_LINE);
  await add(alice, bob);
  for (const account of [alice, bob]) await box.near.circles.add(choir, account, 'member', COMMAND_LINE);
  expect(item(alice, bob)?.groups).toEqual(['Family', 'Choir']);
  await drop(bob);
  expect(item(alice, bob)).toEqual({ ...brought, groups: ['Choir'] });
  await box.near.circles.drop(choir, alice, COMMAND_LINE);
  expect(item(alice, bob)).toBeUndefined();
});

test("a new name is the group's as well, where the member has it still", async () => {
  await add(alice, bob);
  const phone = await box.online(box.near, bob, 'phone');
  await box.says(phone, iq('set', rosterQuery({}, xml('item', { jid: at(alice) }))));
  seen(phone);
  await box.near.circles.rename(family, 'Home', COMMAND_LINE);
  expect(item(alice, bob)?.groups).toEqual(['Home']);
  expect(item(bob, alice)?.groups).toEqual([]);
  await expect(box.near.circles.create('HOME', COMMAND_LINE)).rejects.toThrow('there is a circle Home already');
});

test('a removed account leaves the rosters of its circles', async () => {
  await add(alice, bob);
  const phone = await box.online(box.near, alice, 'phone');
  await box.near.accounts.remove(bob);
  await expect.poll(() => item(alice, bob)).toBeUndefined();
  expect(seen(phone)).toContain(`push ${at(bob)} remove`);
});

test('an open request between the two is answered by the circle', async () => {
  const phone = await box.online(box.near, alice, 'phone');
  await box.says(phone, presence('subscribe', at(bob)));
  expect(box.store.roster.requests(bob.id)).toHaveLength(1);
  await add(alice, bob);
  expect(box.store.roster.requests(bob.id)).toEqual([]);
  expect(box.store.roster.item(alice.id, at(bob))?.ask).toBe(false);
});

test('many changes of one circle at once are one after the other', async () => {
  await Promise.all([add(alice), add(bob), add(carol)]);
  await Promise.all([drop(alice), box.near.circles.rename(family, 'Home', COMMAND_LINE), drop(bob), add(alice)]);
  expect(box.near.circles.members(family).map(({ account }) => account.local)).toEqual([alice.local, carol.local]);
  expect(item(alice, carol)).toEqual({ ...brought, groups: ['Home'] });
  expect(item(alice, bob)).toBeUndefined();
  expect(item(carol, bob)).toBeUndefined();
});

test('every act on a circle is on record', async () => {
  await add(alice);
  await drop(alice);
  expect(box.near.acts.list(3).map(({ what, about }) => `${what}: ${about}`)).toEqual([
    `circle drop: ${at(alice)} from Family`,
    `circle add: ${at(alice)} to Family as member`,
    'circle create: Family',
  ]);
});

test('a newcomer by an invitation into a circle is in it from the first moment', async () => {
  await add(alice, bob);
  const invite = await box.near.invites.create({ createdBy: alice, befriends: true, circle: family.id });
  const dave = await box.near.accounts.create({
    local: 'dave',
    password: 'correct horse',
    role: 'member',
    inviteCode: invite.code,
  });
  expect(item(dave, bob)).toEqual(brought);
  expect(item(bob, dave)).toEqual(brought);
  expect(box.near.circles.standing(family, dave)).toBe('member');
  expect(box.store.invites.invitedBy(dave.id)).toBe(alice.id);
  await drop(dave);
  expect(item(bob, dave)).toBeUndefined();
  expect(item(alice, dave)).toEqual({ subscription: 'both', groups: [], name: '' });
});

test('rules follow a circle to its new name, and end with it', async () => {
  await add(alice);
  const rule = { subject: 'circle:family', action: 'upload', decision: 'deny' } as const;
  await new RuleBook(box.near).add(rule, COMMAND_LINE);
  const mayUpload = () => box.near.access.allows({ action: 'upload', who: { account: alice } });
  expect(mayUpload()).toBe(false);
  const renamed = await box.near.circles.rename(family, 'Free', COMMAND_LINE);
  expect(mayUpload()).toBe(false);
  expect(box.near.access.rules.map(({ subject }) => subject)).toEqual(['circle:free']);
  await box.near.circles.remove(renamed, COMMAND_LINE);
  expect(box.near.access.rules).toEqual([]);
  const [act] = box.near.acts.list(1);
  expect(act).toMatchObject({ what: 'circle remove', about: 'Free, with 1 rule on it' });
});

test('a limited member looks after no circle, whenever it became limited', async () => {
  await box.near.circles.add(family, alice, 'administrator', COMMAND_LINE);
  expect(box.near.circles.administeredBy(alice)).toHaveLength(1);
  await box.near.accounts.setRole(alice, 'limited');
  expect(box.near.circles.administeredBy(alice)).toEqual([]);
  const limited = { ...bob, role: 'limited' } as const;
  await expect(box.near.circles.add(family, limited, 'administrator', COMMAND_LINE)).rejects.toThrow(RangeError);
});

test('two servers of a box have circles of one name, and neither knows of the other', async () => {
  await add(alice);
  const { near, other: far } = box;
  const theirs = await far.circles.create('family', COMMAND_LINE);
  const dave = await box.member(far);
  await far.circles.add(theirs, dave, 'member', COMMAND_LINE);
  await new RuleBook(far).add({ subject: 'circle:family', action: 'upload', decision: 'deny' }, COMMAND_LINE);
  const may = () => [
    near.access.allows({ action: 'upload', who: { account: alice } }),
    far.access.allows({ action: 'upload', who: { account: dave } }),
  ];
  expect(may()).toEqual([true, false]);
  expect(box.store.roster.items(alice.id)).toEqual([]);
  await near.circles.rename(family, 'Home', COMMAND_LINE);
  await far.circles.remove(theirs, COMMAND_LINE);
  expect(may()).toEqual([true, true]);
  expect(near.circles.members(near.circles.find('home') ?? family).map(({ account }) => account.id)).toEqual([
    alice.id,
  ]);
});
