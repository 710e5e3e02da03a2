/** Configuring, inviting, registering, looking up, ending (XEP-0045 sections 6, 7.8, 7.10, 10; XEP-0249, 0410, 0486). */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { iq } from '../../im/box.ts';
import {
  admin,
  ask,
  bareOf,
  configuration,
  enter,
  field,
  form,
  got,
  type Hall,
  instant,
  leave,
  NS_MUC,
  NS_OWNER,
  NS_USER,
  openHall,
  openRoom,
  outcome,
  person,
  ROOM,
  said,
  seat,
} from './rig.ts';

const NS_INFO = 'http://jabber.org/protocol/disco#info';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';

let hall: Hall;

beforeEach(async () => {
  hall = await openHall();
});

describe('the configuration', () => {
  test.each([
    [{ roomname: 'Kitchen' }, 'message 104'],
    [{ whois: 'moderators' }, 'message 173'],
    [{ 'muc#roomconfig_enablearchiving': '0' }, 'message 104 171'],
    [{ passwordprotectedroom: '1', roomsecret: 'x' }, 'message 104 171'],
  ])('a change of %j is told as %s', async (settings, told) => {
    await openRoom(hall);
    await ask(hall.box, hall.ann, 'set', configuration(settings));
    expect(got(hall.ann)).toEqual([told]);
  });

  test('a change of nothing is told to nobody, and a cancelled one changes nothing', async () => {
    await openRoom(hall);
    const { box, ann } = hall;
    await ask(box, ann, 'set', configuration({ membersonly: '0' }));
    const cancel = xml('query', { xmlns: NS_OWNER }, xml('x', { xmlns: 'jabber:x:data', type: 'cancel' }));
    await ask(box, ann, 'set', cancel);
    expect(got(ann)).toEqual([]);
    expect(box.store.rooms.list(box.near.server.id)).toHaveLength(1);
  });

  test('members only from now on: strangers leave', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    await ask(box, ann, 'set', configuration({ membersonly: '1' }));
    expect(got(bob)).toEqual(['Bob gone none none 110 322']);
    expect(got(ann)).toEqual(['Bob gone none none 322', 'message 104 171']);
  });

  test.each([
    [{ maxusers: '7' }],
    [{ whois: 'nobody' }],
    [{ moderatedroom: 'maybe' }],
    [{ passwordprotectedroom: '1' }],
  ])('%j is not acceptable', async (settings) => {
    await openRoom(hall);
    expect(await outcome(hall.box, hall.ann, 'set', configuration(settings as Record<string, string>))).toBe(
      'not-acceptable',
    );
  });

  test('is the owner’s alone, a field of another server is passed over, and no form is no request', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    expect(await outcome(box, bob, 'get', xml('query', { xmlns: NS_OWNER }))).toBe('forbidden');
    expect(await outcome(box, bob, 'set', configuration({ roomname: 'x' }))).toBe('forbidden');
    expect(await outcome(box, ann, 'set', configuration({ mam: 'x' }))).toBe('result');
    expect(await outcome(box, ann, 'set', xml('query', { xmlns: NS_OWNER }))).toBe('bad-request');
  });
});

describe('the end', () => {
  const end = xml(
    'query',
    { xmlns: NS_OWNER },
    xml('destroy', { jid: 'new@rooms.near.example' }, xml('reason', {}, 'Macbeth')),
  );

  test('each occupant hears it once, with the reason and where to go, and the name is free', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(ann, said('soon gone'));
    got(bob);
    expect(await outcome(box, bob, 'set', end)).toBe('forbidden');
    expect(await outcome(box, ann, 'set', end)).toBe('result');
    const destroyed = bob.received[0]?.getChild('x', NS_USER)?.getChild('destroy');
    expect(destroyed?.attrs.jid).toBe('new@rooms.near.example');
    expect(destroyed?.getChildText('reason')).toBe('Macbeth');
    expect(got(bob)).toEqual(['Bob gone none none 110 destroyed']);
    await box.says(bob, enter('Bob'));
    expect(got(bob)).toEqual(['Bob owner moderator 100 110 201', " subject ''"]);
  });

  test('a removed account leaves its rooms to the next in them, or to nobody', async () => {
    await openRoom(hall);
    const { box, ann, bob, cat } = hall;
    await ask(box, ann, 'set', admin({ jid: bareOf(cat), affiliation: 'member' }));
    await ask(box, ann, 'set', admin({ jid: bareOf(bob), affiliation: 'admin' }));
    await box.says(cat, enter('Cat', 'alone@rooms.near.example'), iq('set', instant(), 'alone@rooms.near.example'));
    const owners = () =>
      box.store.rooms.list(box.near.server.id).map(({ local, id }) => [
        local,
        ...box.store.rooms
          .affiliations(id)
          .filter(({ affiliation }) => affiliation === 'owner')
          .map(({ jid }) => jid),
      ]);
    box.near.hooks.run('account removed', { account: ann.session.account });
    await expect.poll(owners).toEqual([
      ['alone', bareOf(cat)],
      ['cave', bareOf(bob)],
    ]);
    box.near.hooks.run('account removed', { account: cat.session.account });
    await expect.poll(owners).toEqual([['cave', bareOf(bob)]]);
  });
});

describe('invitations', () => {
  const invite = (to: string, ...children: Element[]) =>
    xml('message', { to: ROOM }, xml('x', { xmlns: NS_USER }, xml('invite', { to }, ...children)));

  test('through the room: with the password, and membership where that is needed', async () => {
    await openRoom(hall, { membersonly: '1', passwordprotectedroom: '1', roomsecret: 'sesame' });
    const { box, ann, bob } = hall;
    await box.says(ann, invite(bareOf(bob), xml('reason', {}, 'soup'), xml('continue', { thread: 't1' })));
    const user = bob.received[0]?.getChild('x', NS_USER);
    expect(user?.getChildText('password')).toBe('sesame');
    expect(user?.getChild('invite')?.getChildText('reason')).toBe('soup');
    expect(user?.getChild('invite')?.getChild('continue')?.attrs.thread).toBe('t1');
    expect(got(bob)).toEqual([`invited by ${bareOf(ann)}`]);
    await box.says(bob, enter('Bob', ROOM, xml('password', {}, 'sesame')));
    expect(got(bob)).toContain('Bob member participant 100 110');
  });

  test('an open room makes nobody a member by it', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await box.says(ann, invite(bareOf(bob)));
    await box.says(bob, enter('Bob'));
    expect(got(bob)).toContain('Bob none participant 100 110 170');
  });

  test('not by who may not, and not of who is banned', async () => {
    await openRoom(hall, { membersonly: '1', allowinvites: '0' });
    const { box, ann, bob, cat } = hall;
    await ask(
      box,
      ann,
      'set',
      admin({ jid: bareOf(bob), affiliation: 'member' }, { jid: 'eve@far.example', affiliation: 'outcast' }),
    );
    await seat(hall, [bob, 'Bob']);
    await box.says(bob, invite(bareOf(cat)));
    expect(got(bob)).toEqual(['error forbidden']);
    await box.says(cat, invite(bareOf(cat)));
    expect(got(cat)).toEqual(['error not-acceptable']);
    await box.says(ann, invite('eve@far.example'));
    expect(got(ann)).toEqual(['error not-allowed']);
  });

  test('are declined to who sent them, and to nobody else', async () => {
    await openRoom(hall);
    const { box, ann, bob, cat } = hall;
    const decline = (to: string) =>
      xml('message', { to: ROOM }, xml('x', { xmlns: NS_USER }, xml('decline', { to }, xml('reason', {}, 'busy'))));
    await box.says(bob, decline(bareOf(ann)), decline(bareOf(cat)));
    const declined = ann.received[0]?.getChild('x', NS_USER)?.getChild('decline');
    expect(declined?.attrs.from).toBe(bareOf(bob));
    expect(declined?.getChildText('reason')).toBe('busy');
    expect([got(bob), got(cat)]).toEqual([['error item-not-found'], []]);
  });

  test('past the room let in as well, where the sender may invite', async () => {
    await openRoom(hall, { membersonly: '1' });
    const { box, ann, bob, cat } = hall;
    const direct = (to: string) => xml('message', { to }, xml('x', { xmlns: 'jabber:x:conference', jid: ROOM }));
    await box.says(bob, direct(bareOf(cat)));
    await box.says(ann, direct(bareOf(bob)));
    got(bob);
    got(cat);
    await box.says(bob, enter('Bob'));
    await box.says(cat, enter('Cat'));
    expect(got(bob)).toContain('Bob member participant 100 110');
    expect(got(cat)).toEqual(['error registration-required']);
  });
});

describe('registration', () => {
  const register = (nick: string) =>
    xml('query', { xmlns: 'jabber:iq:register' }, form(`${NS_MUC}#register`, field('muc#register_roomnick', nick)));
  const asked = xml('query', { xmlns: 'jabber:iq:register' });
  const nicknameNode = xml('query', { xmlns: NS_INFO, node: 'x-roomuser-item' });

  test('makes a member and reserves the nickname', async () => {
    await openRoom(hall);
    const { box, ann, bob, cat } = hall;
    await seat(hall, [bob, 'Bob']);
    const formFields = (await ask(box, bob, 'get', asked))
      .getChild('query')
      ?.getChild('x', 'jabber:x:data')
      ?.getChildren('field');
    expect(formFields?.map(({ attrs }) => attrs.var)).toEqual(['FORM_TYPE', 'muc#register_roomnick']);
    expect(await outcome(box, bob, 'set', register('Robert'))).toBe('result');
    expect(got(ann)).toEqual(['Bob member participant']);
    const again = (await ask(box, bob, 'get', asked)).getChild('query');
    expect([again?.getChild('registered') !== undefined, again?.getChildText('username')]).toEqual([true, 'Robert']);
    const node = await ask(box, bob, 'get', nicknameNode);
    expect(node.getChild('query')?.getChild('identity')?.attrs.name).toBe('Robert');
    expect((await ask(box, cat, 'get', nicknameNode)).getChild('query')?.getChildElements()).toEqual([]);
    await box.says(cat, enter('robert'));
    expect(got(cat)).toEqual(['error conflict']);
    expect(await outcome(box, cat, 'set', register('ROBERT'))).toBe('conflict');
    expect(await outcome(box, cat, 'set', xml('query', { xmlns: 'jabber:iq:register' }))).toBe('bad-request');
    await ask(box, bob, 'set', xml('query', { xmlns: 'jabber:iq:register' }, xml('remove')));
    await box.says(cat, enter('robert'));
    expect(got(cat)).toContain('robert none participant 100 110 170');
  });

  test('is no way into a room for members, nor back for the banned', async () => {
    await openRoom(hall, { membersonly: '1' });
    const { box, ann, bob, cat } = hall;
    await ask(box, ann, 'set', admin({ jid: bareOf(cat), affiliation: 'outcast' }));
    expect(await outcome(box, bob, 'get', asked)).toBe('not-allowed');
    expect(await outcome(box, bob, 'set', register('Bob'))).toBe('not-allowed');
    expect(await outcome(box, cat, 'set', register('Cat'))).toBe('not-allowed');
    expect(await outcome(box, bob, 'get', asked, 'nowhere@rooms.near.example')).toBe('item-not-found');
  });

  test('a ban takes the reserved nickname away', async () => {
    await openRoom(hall);
    const { box, ann, bob, cat } = hall;
    await ask(box, bob, 'set', register('Robert'));
    await ask(box, ann, 'set', admin({ jid: bareOf(bob), affiliation: 'outcast' }));
    await box.says(cat, enter('Robert'));
    expect(got(cat)).toContain('Robert none participant 100 110 170');
  });
});

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

describe('the other domain of the host', () => {
  test('leads to the same rooms and the same people, each in the name that they used', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    const old = 'cave@rooms.old.near.example';
    await box.says(bob, enter('Bob', old));
    expect(bob.received[0]?.attrs.from).toBe(`${old}/Ann`);
    got(bob);
    got(ann);
    await box.says(ann, said('hello'));
    expect(bob.received[0]?.attrs.from).toBe(`${old}/Ann`);
    expect(bob.received[0]?.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs.by).toBe(old);
    await ask(box, ann, 'set', admin({ jid: `${bob.jid.local}@old.near.example`, affiliation: 'member' }));
    const affiliations = await ask(
      box,
      ann,
      'get',
      xml('query', { xmlns: `${NS_MUC}#admin` }, xml('item', { affiliation: 'member' })),
    );
    expect(affiliations.getChild('query')?.getChild('item')?.attrs.jid).toBe(bareOf(bob));
  });
});

test('many occupants: one word reaches all of them, written once', async () => {
  await openRoom(hall, { maxusers: 'none' });
  const { box, ann } = hall;
  const account = await box.member(box.near, 'crowd');
  const crowd = [];
  for (let count = 0; count < 19; count += 1) crowd.push(box.client(box.near, account, `r${count}`));
  for (const client of crowd) await box.says(client, enter('Crowd'));
  const one = await person(box, 'one');
  await box.says(one, enter('One'));
  for (const client of crowd) got(client);
  await box.says(ann, said('hello'));
  const bodies = crowd.map((client) => client.received[0]?.getChild('body'));
  expect(new Set(bodies).size).toBe(1);
  expect(bodies[0]?.text()).toBe('hello');
  await box.says(one, leave('One'));
  expect(crowd.map((client) => got(client).at(-1))).toEqual(crowd.map(() => 'One gone none none'));
});
