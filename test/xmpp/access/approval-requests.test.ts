/** Limited members ask for people, and people ask for them: nothing passes before those who look after them have said yes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { waitingOn } from '../../../xmpp/access/approval-requests.ts';
import { setApproval } from '../../../xmpp/access/approvals.ts';
import { accessGate } from '../../../xmpp/access/gate.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account, Role } from '../../../xmpp/store/model.ts';
import { xml } from '../../../xmpp/xml.ts';
import { type Box, openBox, presence, seen } from '../im/box.ts';

let box: Box;
let close: () => Promise<void>;
let mum: Account;
let kid: Account;
let bob: Account;

beforeEach(async () => {
  ({ box, close } = await openBox([accessGate]));
  mum = await as('administrator');
  kid = await as('limited');
  bob = await as('member');
});
afterEach(() => close());

async function as(role: Role): Promise<Account> {
  const account = await box.member(box.near);
  await box.store.journal.commit(change('role set', { account: account.id, role }));
  return { ...account, role };
}

const at = (account: Account) => box.near.addressOf(account);
const approve = (contact: string, approved = true) => setApproval(box.near, kid, contact, approved, COMMAND_LINE);
const waiting = (decider = mum) =>
  waitingOn(box.near, decider, decider.role === 'administrator').map(
    ({ request: { contact, direction } }) => `${direction} ${contact}`,
  );
const kept = () => box.store.journal.commit();

test('what a limited member asks for waits, and goes on by itself', async () => {
  const tablet = await box.online(box.near, kid, 'tablet');
  const desk = await box.online(box.near, bob, 'desk');
  const phone = await box.online(box.near, mum, 'phone');
  await box.says(tablet, presence('subscribe', at(bob)));
  await kept();
  await box.says(tablet, presence('subscribe', at(bob)));
  await box.settled();
  expect(seen(desk)).toEqual([]);
  expect(seen(phone)).toEqual(['message']);
  expect(seen(tablet)).toEqual(['message']);
  expect(waiting()).toEqual([`out ${at(bob)}`]);
  expect(waiting(bob)).toEqual([]);

  await approve(at(bob));
  await box.settled();
  expect(seen(desk)).toEqual([`presence:subscribe ${at(kid)}`]);
  expect(seen(tablet)).toEqual([`push ${at(bob)} none ask`]);
  expect(waiting()).toEqual([]);
});

test('where administrators look after the server from home only, they are asked all the same', async () => {
  const tablet = await box.online(box.near, kid, 'tablet');
  const phone = await box.online(box.near, mum, 'phone');
  await new RuleBook(box.near).add({ subject: 'everyone', action: 'administer', decision: 'deny' }, COMMAND_LINE);
  await box.says(tablet, presence('subscribe', at(bob)));
  await kept();
  await box.settled();
  expect(seen(phone)).toEqual(['message']);
});

test('who asks for a limited member waits as well, from here and from elsewhere', async () => {
  await box.store.journal.commit(change('server set', { ...box.near.server, mode: 'open' }));
  const tablet = await box.online(box.near, kid, 'tablet');
  const desk = await box.online(box.near, bob, 'desk');
  await box.says(desk, presence('subscribe', at(kid)));
  await box.fromAfar(xml('presence', { type: 'subscribe', from: 'eve@far.example', to: at(kid) }));
  await kept();
  expect(seen(tablet)).toEqual([]);
  expect(waiting().sort()).toEqual([`in ${at(bob)}`, 'in eve@far.example'].sort());
  await approve(at(bob));
  await approve('eve@far.example');
  await box.settled();
  expect(seen(tablet)).toEqual([`presence:subscribe ${at(bob)}`, 'presence:subscribe eve@far.example']);
  expect(box.store.roster.item(bob.id, at(kid))?.ask).toBe(true);
});

test('strangers whom the mode keeps out are not asked about', async () => {
  await box.store.journal.commit(change('server set', { ...box.near.server, mode: 'family' }));
  await box.fromAfar(xml('presence', { type: 'subscribe', from: 'eve@far.example', to: at(kid) }));
  await kept();
  expect(waiting()).toEqual([]);
});

test('who was refused is not asked about again', async () => {
  const tablet = await box.online(box.near, kid, 'tablet');
  await box.says(tablet, presence('subscribe', at(bob)));
  await kept();
  await approve(at(bob), false);
  seen(tablet);
  await box.says(tablet, presence('subscribe', at(bob)));
  await kept();
  expect(waiting()).toEqual([]);
  expect(seen(tablet)).toEqual([`presence:error ${at(bob)} forbidden`]);
});

test('between two limited members each side is asked about', async () => {
  const other = await as('limited');
  const tablet = await box.online(box.near, kid, 'tablet');
  const theirs = await box.online(box.near, other, 'tablet');
  await box.says(tablet, presence('subscribe', at(other)));
  await kept();
  await approve(at(other));
  await box.settled();
  await kept();
  expect(seen(theirs)).toEqual([]);
  expect(waiting()).toEqual([`in ${at(kid)}`]);
  await setApproval(box.near, other, at(kid), true, COMMAND_LINE);
  await box.settled();
  expect(seen(theirs)).toContain(`presence:subscribe ${at(kid)}`);
});

test('an administrator of a circle answers for its members, and for nobody else', async () => {
  const kids = await box.near.circles.create('Kids', COMMAND_LINE);
  const leader = await as('member');
  await box.near.circles.add(kids, leader, 'administrator', COMMAND_LINE);
  const tablet = await box.online(box.near, kid, 'tablet');
  await box.says(tablet, presence('subscribe', at(bob)));
  await kept();
  expect(waiting(leader)).toEqual([]);
  await box.near.circles.add(kids, kid, 'member', COMMAND_LINE);
  expect(waiting(leader)).toEqual([`out ${at(bob)}`]);
});
