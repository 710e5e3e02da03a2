/** Looking up the service, its rooms, who is in them and what they show (XEP-0045 section 6; XEP-0410, 0486). */
import { describe, expect, test } from 'vitest';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { iq } from '../../im/box.ts';
import {
  ask,
  bareOf,
  configuration,
  enter,
  got,
  hallOfEach,
  NS_INFO,
  NS_ITEMS,
  NS_MUC,
  openRoom,
  outcome,
  ROOM,
  seat,
} from './rig.ts';

const hall = hallOfEach();

describe('looking up', () => {
  const info = xml('query', { xmlns: NS_INFO });
  const featuresOf = (reply: Element) =>
    reply
      .getChild('query')
      ?.getChildren('feature')
      .map(({ attrs }) => attrs.var) ?? [];
  const fieldsOf = (reply: Element) =>
    Object.fromEntries(
      (reply.getChild('query')?.getChild('x', 'jabber:x:data')?.getChildren('field') ?? []).map((one) => [
        one.attrs.var,
        one.getChildText('value'),
      ]),
    );

  test('the service and its public rooms, a page at a time', async () => {
    const { box, ann, bob } = hall;
    expect(featuresOf(await ask(box, bob, 'get', info, 'rooms.near.example'))).toContain(NS_MUC);
    for (const name of ['a', 'b', 'c']) {
      const room = `${name}@rooms.near.example`;
      await box.says(
        ann,
        enter('Ann', room),
        iq('set', configuration({ publicroom: '1', roomname: `Room ${name}` }), room),
      );
    }
    await openRoom(hall);
    const items = async (...children: Element[]) => {
      const reply = await ask(box, bob, 'get', xml('query', { xmlns: NS_ITEMS }, ...children), 'rooms.near.example');
      return reply
        .getChild('query')
        ?.getChildren('item')
        .map(({ attrs }) => attrs.name);
    };
    expect(await items()).toEqual(['Room a', 'Room b', 'Room c']);
    const rsm = (...children: Element[]) => xml('set', { xmlns: 'http://jabber.org/protocol/rsm' }, ...children);
    expect(await items(rsm(xml('max', {}, '2')))).toEqual(['Room a', 'Room b']);
    expect(await items(rsm(xml('max', {}, '2'), xml('after', {}, 'b@rooms.near.example')))).toEqual(['Room c']);
    expect(await items(rsm(xml('max', {}, '1'), xml('before')))).toEqual(['Room c']);
  });

  test('a room: of which kind it is, and what is talked about for those only who may enter', async () => {
    await openRoom(hall, { membersonly: '1', roomdesc: 'Witches', publicroom: '0', moderatedroom: '1' });
    const { box, ann, bob } = hall;
    await box.says(ann, xml('message', { type: 'groupchat', to: ROOM }, xml('subject', {}, 'Spells')));
    const stranger = await ask(box, bob, 'get', info);
    for (const feature of [
      'muc_membersonly',
      'muc_hidden',
      'muc_persistent',
      'muc_moderated',
      'muc_nonanonymous',
      'muc_unsecured',
      'urn:xmpp:mam:2',
    ])
      expect(featuresOf(stranger)).toContain(feature);
    expect(fieldsOf(stranger)).toMatchObject({ 'muc#roominfo_description': 'Witches' });
    expect(fieldsOf(stranger)).not.toHaveProperty('muc#roominfo_subject');
    expect(fieldsOf(await ask(box, ann, 'get', info))).toMatchObject({
      'muc#roominfo_subject': 'Spells',
      'muc#roominfo_occupants': '1',
    });
    expect(await outcome(box, bob, 'get', info, 'nowhere@rooms.near.example')).toBe('item-not-found');
    expect(await outcome(box, bob, 'get', xml('query', { xmlns: NS_INFO, node: `${NS_MUC}#traffic` }))).toBe(
      'service-unavailable',
    );
  });

  test('who is in a room is told to those who are', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    const items = (reply: Element) =>
      reply
        .getChild('query')
        ?.getChildren('item')
        .map(({ attrs }) => attrs.jid);
    expect(items(await ask(box, ann, 'get', xml('query', { xmlns: NS_ITEMS })))).toEqual([`${ROOM}/Ann`]);
    expect(items(await ask(box, bob, 'get', xml('query', { xmlns: NS_ITEMS })))).toEqual([]);
  });

  test('a self-ping tells whether one is in the room', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    const ping = xml('ping', { xmlns: 'urn:xmpp:ping' });
    expect(await outcome(box, ann, 'get', ping, `${ROOM}/Ann`)).toBe('result');
    expect(await outcome(box, bob, 'get', ping, `${ROOM}/Ann`)).toBe('not-acceptable');
    expect(await outcome(box, bob, 'get', ping, 'nowhere@rooms.near.example/Bob')).toBe('not-acceptable');
    expect(await outcome(box, ann, 'get', ping, `${ROOM}/Nobody`)).toBe('item-not-found');
    expect(await outcome(box, bob, 'get', info, `${ROOM}/Ann`)).toBe('bad-request');
  });

  test('a request to another occupant goes there and back, and tells no address', async () => {
    await openRoom(hall, { whois: 'moderators' });
    const { box, bob, cat } = hall;
    await seat(hall, [bob, 'Bob'], [cat, 'Cat']);
    await box.says(bob, xml('iq', { type: 'get', id: 'v', to: `${ROOM}/Cat` }, xml('query', 'jabber:iq:version')));
    const [request] = cat.received.splice(0);
    expect(request?.attrs).toMatchObject({ type: 'get', from: `${ROOM}/Bob`, to: cat.jid.toString() });
    const version = xml('query', { xmlns: 'jabber:iq:version' }, xml('name', {}, 'Broom'));
    await box.says(cat, xml('iq', { type: 'result', id: request?.attrs.id, to: `${ROOM}/Bob` }, version));
    expect(bob.received[0]?.attrs).toMatchObject({ type: 'result', id: 'v', from: `${ROOM}/Cat` });
    expect(bob.received[0]?.getChild('query')?.getChildText('name')).toBe('Broom');
    expect(String(bob.received[0])).not.toContain(bareOf(cat));
  });

  test('the picture is set by an owner, told, and found by its hash', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    const vcard = xml(
      'vCard',
      { xmlns: 'vcard-temp' },
      xml('PHOTO', {}, xml('TYPE', {}, 'image/png'), xml('BINVAL', {}, 'aGVsbG8=')),
    );
    expect(await outcome(box, bob, 'set', vcard)).toBe('forbidden');
    expect(await outcome(box, ann, 'set', vcard)).toBe('result');
    expect(got(ann)).toEqual(['message 104']);
    expect(fieldsOf(await ask(box, bob, 'get', info))['muc#roominfo_avatarhash']).toBe(
      'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d',
    );
    const found = await ask(box, bob, 'get', xml('vCard', { xmlns: 'vcard-temp' }));
    expect(found.getChild('vCard', 'vcard-temp')?.getChild('PHOTO')?.getChildText('BINVAL')).toBe('aGVsbG8=');
  });
});
