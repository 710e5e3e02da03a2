/** Speaking, to all and to one, and taking it back (XEP-0045 sections 7.4, 7.5, 8.1; XEP-0359, 0421, 0424, 0425, 0313). */
import { describe, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../../xmpp/access/acts.ts';
import { setApproval } from '../../../../xmpp/access/approvals.ts';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { iq } from '../../im/box.ts';
import type { Client } from '../harness.ts';
import {
  admin,
  ask,
  bareOf,
  configuration,
  enter,
  got,
  hallOfEach,
  openRoom,
  outcome,
  ROOM,
  said,
  seat,
} from './rig.ts';

const NS_SID = 'urn:xmpp:sid:0';
const NS_MAM = 'urn:xmpp:mam:2';
const NS_RETRACT = 'urn:xmpp:message-retract:1';
const NS_MODERATE = 'urn:xmpp:message-moderate:1';

const hall = hallOfEach();

const subject = (text: string, ...children: Element[]) =>
  xml('message', { type: 'groupchat', to: ROOM }, xml('subject', {}, text), ...children);

/** The ids that the room gave to what the client has got. */
const idsOf = (client: Client) =>
  client.received.flatMap((stanza) => stanza.getChildren('stanza-id', NS_SID).map(({ attrs }) => attrs.id ?? ''));

describe('to everyone', () => {
  test('from the nickname, with the sender’s id, the room’s and the occupant’s, in one order for all', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(bob, said('one', ROOM, { id: 'b1' }));
    const [atAnn] = ann.received;
    expect(atAnn?.attrs).toMatchObject({ from: `${ROOM}/Bob`, to: ann.jid.toString(), id: 'b1', type: 'groupchat' });
    expect(atAnn?.getChild('stanza-id', NS_SID)?.attrs.by).toBe(ROOM);
    expect(atAnn?.getChildren('occupant-id', 'urn:xmpp:occupant-id:0')).toHaveLength(1);
    expect(idsOf(ann)).toEqual(idsOf(bob));
    got(ann);
    got(bob);
    await Promise.all([box.says(ann, said('1'), said('3')), box.says(bob, said('2'), said('4'))]);
    const atBob = got(bob);
    expect(atBob).toHaveLength(4);
    expect(got(ann)).toEqual(atBob);
  });

  test('what only a room may say is taken out', async () => {
    await openRoom(hall);
    const { box, ann } = hall;
    const forged = [
      xml('stanza-id', { xmlns: NS_SID, by: ROOM, id: 'forged' }),
      xml('occupant-id', { xmlns: 'urn:xmpp:occupant-id:0', id: 'forged' }),
      xml('x', { xmlns: 'http://jabber.org/protocol/muc#user' }, xml('status', { code: '100' })),
      xml('delay', { xmlns: 'urn:xmpp:delay', from: ROOM, stamp: '2000-01-01T00:00:00Z' }),
    ];
    await box.says(ann, said('x', ROOM, {}, ...forged, xml('reactions', 'urn:xmpp:reactions:0')));
    const names = ann.received[0]?.getChildElements().map(({ name }) => name);
    expect(names).toEqual(['body', 'reactions', 'occupant-id', 'stanza-id']);
    expect(String(ann.received[0])).not.toContain('forged');
  });

  test('not from outside, not without voice, not into nowhere', async () => {
    await openRoom(hall, { moderatedroom: '1' });
    const { box, ann, bob, cat } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(
      cat,
      said('let me in'),
      said('anyone?', 'nowhere@rooms.near.example'),
      said('?', 'rooms.near.example'),
    );
    expect(got(cat)).toEqual(['error not-acceptable', 'error item-not-found', 'error item-not-found']);
    await box.says(bob, said('let me speak'), xml('message', { to: ROOM }, xml('body', {}, 'wrong type')));
    expect(got(bob)).toEqual(['error forbidden', 'error bad-request']);
    expect(got(ann)).toEqual([]);
  });

  test('the subject is for whom the room lets, and a message with a body is none', async () => {
    await openRoom(hall, { changesubject: '0' });
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(bob, subject('mine'), subject('talk', xml('body', {}, 'about it')));
    expect(got(bob)).toEqual(['error forbidden', 'Bob: about it']);
    await box.says(ann, subject('Soup'));
    expect(got(bob)).toEqual(["Ann subject 'Soup'"]);
    await box.says(ann, iq('set', configuration({ changesubject: '1' }), ROOM));
    got(bob);
    await box.says(bob, subject(''));
    expect(got(bob)).toEqual(["Bob subject ''"]);
  });

  test('a member who has blocked the room is left in peace', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(bob, iq('set', xml('block', { xmlns: 'urn:xmpp:blocking' }, xml('item', { jid: ROOM }))));
    got(bob);
    await box.says(ann, said('x'));
    expect(got(bob)).toEqual([]);
  });
});

describe('to one', () => {
  const whisper = (nick: string, body: string, type = 'chat') =>
    xml('message', { to: `${ROOM}/${nick}`, type }, xml('body', {}, body));

  test('from the nickname, marked as of the room, to all of the other’s clients, and once in the archive', async () => {
    await openRoom(hall);
    const { box, ann, bob, cat } = hall;
    await seat(hall, [bob, 'Bob'], [cat, 'Cat']);
    const phone = box.client(box.near, bob.session.account, 'phone');
    await seat(hall, [phone, 'Bob']);
    await box.says(ann, whisper('Bob', 'psst'));
    expect(bob.received[0]?.getChild('x', 'http://jabber.org/protocol/muc#user')).toBeDefined();
    expect(bob.received[0]?.attrs).toMatchObject({ from: `${ROOM}/Ann`, type: 'chat' });
    expect([got(bob), got(phone), got(cat)]).toEqual([['Ann: psst'], ['Ann: psst'], []]);
    const archived = (client: Client) =>
      box.store.archive.page({ account: client.session.account.id, limit: 9, fromEnd: false }).total;
    expect([archived(ann), archived(bob)]).toEqual([1, 1]);
  });

  test('not as groupchat, not to nobody, not from outside', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await box.says(ann, whisper('Ann', 'x', 'groupchat'), whisper('Nobody', 'x'));
    expect(got(ann)).toEqual(['error bad-request', 'error item-not-found']);
    await box.says(bob, whisper('Ann', 'x'));
    expect(got(bob)).toEqual(['error not-acceptable']);
  });

  test('not between a limited member and whom no administrator approved', async () => {
    await openRoom(hall);
    const { box, ann, bob, cat } = hall;
    await box.near.accounts.setRole(ann.session.account, 'administrator');
    await box.says(ann, iq('set', admin({ affiliation: 'member', jid: bareOf(bob) }), ROOM));
    await seat(hall, [bob, 'Bob'], [cat, 'Cat']);
    await box.near.accounts.setRole(bob.session.account, 'limited');
    await box.says(bob, whisper('Cat', 'psst'));
    expect([got(cat), got(bob).at(-1)]).toEqual([[], 'error forbidden']);
    await setApproval(box.near, { ...bob.session.account, role: 'limited' }, bareOf(cat), true, COMMAND_LINE);
    await box.says(bob, whisper('Cat', 'psst'));
    expect(got(cat)).toEqual(['Bob: psst']);
  });

  test('only as far as the room allows; a moderator can be asked all the same', async () => {
    await openRoom(hall, { allowpm: 'none' });
    const { box, ann, bob, cat } = hall;
    await seat(hall, [bob, 'Bob'], [cat, 'Cat']);
    await box.says(bob, whisper('Cat', 'x'), xml('message', { to: `${ROOM}/Cat` }, xml('body', {}, 'y')));
    expect(got(bob)).toEqual(['error forbidden', 'error forbidden']);
    await box.says(ann, iq('set', configuration({ allowpm: 'participants' }), ROOM));
    got(cat);
    await box.says(bob, whisper('Cat', 'x'));
    expect(got(cat)).toEqual(['Bob: x']);
  });
});

describe('the archive', () => {
  const query = (...children: Element[]) => xml('query', { xmlns: NS_MAM, queryid: 'q' }, ...children);
  const forwarded = (client: Client) =>
    client.received.splice(0).flatMap((stanza) => {
      const result = stanza.getChild('result', NS_MAM);
      return result?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message', 'jabber:client') ?? [];
    });

  test('holds what was said, by the ids that were told, page by page', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(bob, said('one'), subject('Soup'), said('two'));
    await box.says(
      bob,
      xml('message', { type: 'groupchat', to: ROOM }, xml('active', 'http://jabber.org/protocol/chatstates')),
    );
    const ids = idsOf(ann);
    expect(ids).toHaveLength(3);
    got(ann);
    const page = xml('set', 'http://jabber.org/protocol/rsm', xml('max', {}, '2'));
    const reply = await ask(box, ann, 'set', query(page));
    expect(reply.getChild('fin', NS_MAM)?.getChild('set')?.getChildText('count')).toBe('3');
    expect(ann.received.map((stanza) => stanza.getChild('result', NS_MAM)?.attrs.id)).toEqual(ids.slice(0, 2));
    expect(ann.received.map(({ attrs }) => attrs.from)).toEqual([ROOM, ROOM]);
    const [first] = forwarded(ann);
    expect(first?.attrs).toMatchObject({ from: `${ROOM}/Bob`, type: 'groupchat' });
    expect(first?.attrs.to).toBeUndefined();
    expect(first?.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('item')?.attrs.jid).toBe(
      bob.jid.toString(),
    );
    const metadata = await ask(box, ann, 'get', xml('metadata', { xmlns: NS_MAM }));
    expect(metadata.getChild('metadata', NS_MAM)?.getChild('end')?.attrs.id).toBe(ids[2]);
  });

  test('is for those who may enter, and tells no addresses that the room hides', async () => {
    await openRoom(hall, { membersonly: '1', whois: 'moderators' });
    const { box, ann, bob, cat } = hall;
    await box.says(ann, said('secret'), iq('set', admin({ jid: bareOf(cat), affiliation: 'member' }), ROOM));
    got(cat);
    expect(await outcome(box, bob, 'set', query())).toBe('forbidden');
    expect(await outcome(box, cat, 'set', query())).toBe('result');
    const [message] = forwarded(cat);
    expect(message?.getChildText('body')).toBe('secret');
    expect(String(message)).not.toContain('near.example/desk');
    const filter = xml(
      'x',
      { xmlns: 'jabber:x:data', type: 'submit' },
      xml('field', { var: 'FORM_TYPE' }, xml('value', {}, NS_MAM)),
      xml('field', { var: 'with' }, xml('value', {}, bareOf(ann))),
    );
    expect(await outcome(box, cat, 'set', query(filter))).toBe('forbidden');
    expect(await outcome(box, ann, 'set', query(filter))).toBe('result');
  });

  test('is not there where the room keeps none', async () => {
    await openRoom(hall, { 'muc#roomconfig_enablearchiving': '0' });
    const { box, ann, bob } = hall;
    await box.says(ann, said('gone with the wind'));
    expect(idsOf(ann)).toEqual([]);
    expect(await outcome(box, ann, 'set', query())).toBe('service-unavailable');
    await box.says(bob, enter('Bob'));
    expect(got(bob)).toContain('Ann: gone with the wind (then)');
  });

  test('keeps a tombstone where the writer takes a message back, and nobody else can', async () => {
    await openRoom(hall);
    const { box, ann, bob, cat } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(bob, said('oops'));
    const [id = ''] = idsOf(ann);
    const retraction = () =>
      xml('message', { type: 'groupchat', to: ROOM, id: 'r1' }, xml('retract', { xmlns: NS_RETRACT, id }));
    got(ann);
    await box.says(ann, retraction());
    expect(got(ann)).toEqual(['error forbidden']);
    await box.says(bob, retraction());
    expect(ann.received[0]?.getChild('retract', NS_RETRACT)?.attrs.id).toBe(id);
    got(ann);
    await ask(box, ann, 'set', query());
    const [tombstone, request] = forwarded(ann);
    expect(tombstone?.getChildText('body')).toBeFalsy();
    expect(tombstone?.getChild('retracted', NS_RETRACT)?.attrs).toMatchObject({ id: 'r1' });
    expect(request?.getChild('retract', NS_RETRACT)?.attrs.id).toBe(id);
    await box.says(cat, enter('Cat'));
    expect(got(cat).join()).not.toContain('oops');
  });

  test('and where a moderator does, for everyone to see', async () => {
    await openRoom(hall);
    const { box, ann, bob, cat } = hall;
    await seat(hall, [bob, 'Bob'], [cat, 'Cat']);
    await box.says(bob, said('buy my potions'));
    const [id = ''] = idsOf(ann);
    const moderate = (which: string) =>
      xml(
        'moderate',
        { xmlns: NS_MODERATE, id: which },
        xml('retract', { xmlns: NS_RETRACT }),
        xml('reason', {}, 'spam'),
      );
    for (const client of [ann, bob, cat]) got(client);
    expect(await outcome(box, cat, 'set', moderate(id))).toBe('forbidden');
    expect(await outcome(box, ann, 'set', moderate('nothing'))).toBe('item-not-found');
    expect(await outcome(box, ann, 'set', moderate(id))).toBe('result');
    const told = cat.received[0];
    expect(told?.attrs).toMatchObject({ from: ROOM, type: 'groupchat' });
    const retract = told?.getChild('retract', NS_RETRACT);
    expect(retract?.attrs.id).toBe(id);
    expect(retract?.getChildText('reason')).toBe('spam');
    expect(retract?.getChild('moderated', NS_MODERATE)?.attrs.by).toBe(`${ROOM}/Ann`);
    got(cat);
    await ask(box, cat, 'set', query());
    const [tombstone] = forwarded(cat);
    expect(String(tombstone)).not.toContain('potions');
    expect(tombstone?.getChild('retracted', NS_RETRACT)?.getChild('moderated', NS_MODERATE)).toBeDefined();
  });
});
