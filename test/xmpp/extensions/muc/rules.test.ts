/** What the server's rules are to a room: who is kept out of it, and who is put out of it. */
import { describe, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../../xmpp/access/rules/rule-book.ts';
import type { Party } from '../../../../xmpp/access/rules/subject.ts';
import { xml } from '../../../../xmpp/xml.ts';
import { bareOf, enter, got, type Hall, hallOfEach, openRoom, ROOM, seat } from './rig.ts';

const hall = hallOfEach();

describe("the server's rules come before the room's", () => {
  const ruled = async ({ box }: Hall, subject: string, action: string) =>
    new RuleBook(box.near).add({ subject, action, decision: 'deny' }, COMMAND_LINE);

  test('who may not enter rooms is turned away, whatever the room says', async () => {
    await openRoom(hall);
    const { box, bob } = hall;
    await ruled(hall, 'domain:far.example', 'join-room');
    const join = xml('x', 'http://jabber.org/protocol/muc');
    await box.fromAfar(xml('presence', { from: 'eve@far.example/x', to: `${ROOM}/Eve` }, join));
    expect(box.abroad.at(-1)?.getChild('error')?.getChild('forbidden')).toBeDefined();
    await box.says(bob, enter('Bob'));
    expect(got(bob)).not.toContain('error forbidden');
  });

  test('who may make none is told so', async () => {
    const { box, bob } = hall;
    await ruled(hall, `account:${bareOf(bob)}`, 'create-room');
    await box.says(bob, enter('Bob'));
    expect(got(bob)).toEqual(['error not-allowed']);
  });
});

test('whoever could not come in any more is put out: another role, another rule', async () => {
  await openRoom(hall);
  const { box, bob, cat } = hall;
  await seat(hall, [bob, 'Bob'], [cat, 'Cat']);
  await box.near.accounts.setRole(bob.session.account, 'limited');
  await expect.poll(() => got(bob)).toEqual(['Bob gone none none 110 307']);
  expect(got(cat)).toEqual(['Bob gone none none 307']);
  const rule = { subject: `account:${bareOf(cat)}`, action: 'join-room', decision: 'deny' } as const;
  await new RuleBook(box.near).add(rule, COMMAND_LINE);
  await expect.poll(() => got(cat)).toEqual(['Cat gone none none 110 307']);
});

test('nobody stays who is on a list of spammers from now on', async () => {
  await openRoom(hall);
  const { box, bob } = hall;
  const { access, hooks } = box.near;
  await seat(hall, [bob, 'Bob']);
  let isOnList = false;
  const subject = { text: 'listed', matches: ({ domain }: Party) => isOnList && domain === 'far.example' };
  access.addSetting({ key: 'a list', subject, actions: ['*'], decision: 'deny' });
  const join = xml('x', { xmlns: 'http://jabber.org/protocol/muc' });
  await box.fromAfar(xml('presence', { from: 'eve@far.example/x', to: `${ROOM}/Eve` }, join));
  expect(got(bob)).toEqual(['Eve none participant']);
  isOnList = true;
  access.forgetAll();
  hooks.run('access changed', { changes: [] });
  await expect.poll(() => got(bob)).toEqual(['Eve gone none none 307']);
});
