/** Entering, being told, leaving (XEP-0045 sections 7.2, 7.6, 7.7, 7.14, 10.1). */
import { describe, expect, test } from 'vitest';
import { xml } from '../../../../xmpp/xml.ts';
import { iq } from '../../im/box.ts';
import {
  admin,
  ask,
  bareOf,
  configuration,
  enter,
  got,
  type Hall,
  hallOfEach,
  instant,
  leave,
  openRoom,
  outcome,
  person,
  ROOM,
  said,
  seat,
} from './rig.ts';

const hall = hallOfEach();

describe('a new room', () => {
  test('is locked for others until its owner accepts it', async () => {
    const { box, ann, bob } = hall;
    await box.says(ann, enter('Ann'));
    expect(got(ann)).toEqual(['Ann owner moderator 100 110 201', " subject ''"]);
    await box.says(bob, enter('Bob'), said('hello?'));
    expect(got(bob)).toEqual(['error item-not-found', 'error item-not-found']);
    expect(await outcome(box, bob, 'get', xml('query', 'http://jabber.org/protocol/disco#info'))).toBe(
      'item-not-found',
    );
    expect(await outcome(box, ann, 'set', instant())).toBe('result');
    await box.says(bob, enter('Bob'));
    expect(got(bob)[1]).toBe('Bob member participant 100 110');
  });

  test('ends where its owner cancels, or leaves, before it is accepted', async () => {
    const { box, ann } = hall;
    const cancel = xml(
      'query',
      { xmlns: 'http://jabber.org/protocol/muc#owner' },
      xml('x', { xmlns: 'jabber:x:data', type: 'cancel' }),
    );
    await box.says(ann, enter('Ann'));
    got(ann);
    expect(await outcome(box, ann, 'set', cancel)).toBe('result');
    expect(got(ann)).toEqual(['Ann gone none none 110 destroyed']);
    await box.says(ann, enter('Ann'), leave('Ann'));
    expect(got(ann).slice(2)).toEqual(['Ann gone owner none 110', 'Ann gone none none 110 destroyed']);
    expect(box.store.rooms.list(box.near.server.id)).toEqual([]);
  });

  test.each([
    ['is spoken in', async ({ box, ann }: Hall) => box.says(ann, said('hello'))],
    ['is left alone for a minute', async ({ box }: Hall) => box.clock.pass(60_000)],
    ['is accepted without a form', async ({ box, ann }: Hall) => box.says(ann, iq('set', instant(), ROOM))],
  ])('lets in who has an account here once it %s, as a member', async (_, accept) => {
    const { box, ann, bob } = hall;
    await box.says(ann, enter('Ann'));
    await accept(hall);
    await expect.poll(() => box.store.rooms.list(box.near.server.id).length).toBe(1);
    await box.says(bob, enter('Bob'));
    expect(got(bob)).toContain('Bob member participant 100 110');
    const stranger = xml(
      'presence',
      { from: 'eve@far.example/x', to: `${ROOM}/Eve` },
      xml('x', 'http://jabber.org/protocol/muc'),
    );
    await box.fromAfar(stranger);
    expect(box.abroad.map((stanza) => stanza.getChild('error')?.getChildElements()[0]?.name)).toEqual([
      'registration-required',
    ]);
  });

  test('is for members of this host to make, and not for ever more of them', async () => {
    const { box, ann } = hall;
    const stranger = xml(
      'presence',
      { from: 'eve@far.example/x', to: 'new@rooms.near.example/Eve' },
      xml('x', 'http://jabber.org/protocol/muc'),
    );
    await box.fromAfar(stranger);
    expect(box.abroad[0]?.getChild('error')?.getChild('not-allowed')).toBeDefined();
    for (let count = 0; count < 100; count += 1) await box.says(ann, enter('Ann', `r${count}@rooms.near.example`));
    got(ann);
    await box.says(ann, enter('Ann', 'one-more@rooms.near.example'));
    expect(got(ann)).toEqual(['error not-allowed']);
  });
});

describe('who may enter', () => {
  test('a nickname is needed, one that can be seen and is not too long', async () => {
    await openRoom(hall);
    const { box, bob } = hall;
    const x = () => xml('x', { xmlns: 'http://jabber.org/protocol/muc' });
    await box.says(bob, xml('presence', { to: ROOM }, x()), enter('\u00a0'), enter('x'.repeat(65)));
    expect(got(bob)).toEqual(['error jid-malformed', 'error not-acceptable', 'error not-acceptable']);
  });

  test.each([
    ['a password', { passwordprotectedroom: '1', roomsecret: 'sesame' }, 'not-authorized'],
    ['members only', { membersonly: '1' }, 'registration-required'],
  ])('%s', async (_, settings, condition) => {
    await openRoom(hall, settings);
    const { box, bob } = hall;
    await box.says(bob, enter('Bob'));
    expect(got(bob)).toEqual([`error ${condition}`]);
    await box.says(hall.ann, iq('set', admin({ jid: bareOf(bob), affiliation: 'member' }), ROOM));
    got(bob);
    await box.says(bob, enter('Bob', ROOM, xml('password', {}, 'sesame')));
    expect(got(bob)).toContain('Bob member participant 100 110');
  });

  test('who is banned, by address or with the whole domain, stays out', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await box.says(
      ann,
      iq(
        'set',
        admin({ jid: bareOf(bob), affiliation: 'outcast' }, { jid: 'far.example', affiliation: 'outcast' }),
        ROOM,
      ),
    );
    await box.says(bob, enter('Bob'));
    expect(got(bob)).toEqual(['error forbidden']);
    await box.fromAfar(
      xml('presence', { from: 'eve@far.example/x', to: `${ROOM}/Eve` }, xml('x', 'http://jabber.org/protocol/muc')),
    );
    expect(box.abroad[0]?.getChild('error')?.getChild('forbidden')).toBeDefined();
  });

  test('a full room has a seat for an administrator still', async () => {
    await openRoom(hall, { maxusers: '10' });
    const { box, ann, cat } = hall;
    for (let count = 1; count < 10; count += 1) await box.says(await person(box, 'guest'), enter(`Guest ${count}`));
    await box.says(cat, enter('Cat'));
    expect(got(cat)).toEqual(['error service-unavailable']);
    await box.says(ann, iq('set', admin({ jid: bareOf(cat), affiliation: 'admin' }), ROOM));
    await box.says(cat, enter('Cat'));
    expect(got(cat)).toContain('Cat admin moderator 100 110 170');
  });

  test('a nickname that another has, or that looks like it, is taken', async () => {
    await openRoom(hall);
    const { box, bob } = hall;
    for (const nick of ['Ann', 'ANN', 'Ａｎｎ']) await box.says(bob, enter(nick));
    expect(got(bob)).toEqual(['error conflict', 'error conflict', 'error conflict']);
    await box.says(bob, enter(' Bob  the   Builder '));
    expect(got(bob)).toContain('Bob the Builder none participant 100 110 170 210');
  });
});

describe('what one who enters is told', () => {
  test('the others, then oneself, then the past, then the subject; and the others are told', async () => {
    await openRoom(hall);
    const { box, ann, bob, cat } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(
      ann,
      said('one'),
      xml('message', { type: 'groupchat', to: ROOM }, xml('subject', {}, 'Soup')),
      said('two'),
    );
    got(ann);
    await box.says(cat, enter('Cat'));
    expect(got(cat)).toEqual([
      'Ann owner moderator',
      'Bob none participant',
      'Cat none participant 100 110 170',
      'Ann: one (then)',
      'Ann: two (then)',
      "Ann subject 'Soup' (then)",
    ]);
    expect(got(ann)).toEqual(['Cat none participant']);
  });

  test.each([
    ['maxstanzas', '2', ['c', 'd']],
    ['maxstanzas', '0', []],
    ['maxchars', '0', []],
    ['seconds', '25', ['c', 'd']],
    ['since', '2026-06-01T12:00:25Z', ['d']],
  ])('of the past as much as history %s=%s asks for', async (bound, value, bodies) => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    for (const body of ['a', 'b', 'c', 'd']) {
      await box.says(ann, said(body));
      box.clock.pass(10_000);
    }
    await box.says(bob, enter('Bob', ROOM, xml('history', { [bound]: value })));
    expect(got(bob).filter((text) => text.endsWith('(then)'))).toEqual(bodies.map((body) => `Ann: ${body} (then)`));
  });

  test('nothing encrypted from before one was a member', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    const secret = () => said('cannot be read', ROOM, {}, xml('encrypted', 'eu.siacs.conversations.axolotl'));
    await box.says(ann, said('plain'), secret());
    box.clock.pass(1000);
    await box.says(ann, iq('set', admin({ jid: bareOf(bob), affiliation: 'member' }), ROOM));
    box.clock.pass(1000);
    await box.says(ann, secret());
    await box.says(bob, enter('Bob'));
    expect(got(bob).filter((text) => text.endsWith('(then)'))).toEqual([
      'Ann: plain (then)',
      'Ann: cannot be read (then)',
    ]);
  });

  test('who joins again gets everything again', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(bob, enter('Bob'));
    expect(got(bob)).toEqual(['Ann owner moderator', 'Bob none participant 100 110 170', " subject ''"]);
    expect(got(ann)).toEqual([]);
  });

  test('who only believes to be in the room is set right', async () => {
    await openRoom(hall);
    const { box, bob } = hall;
    await box.says(bob, xml('presence', { to: `${ROOM}/Bob` }));
    expect(got(bob)).toEqual(['Bob gone none none 110 307 333']);
  });

  test('addresses are for moderators only in a semi-anonymous room', async () => {
    await openRoom(hall, { whois: 'moderators' });
    const { box, ann, bob, cat } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(cat, enter('Cat'));
    const jidsOf = (client: typeof ann) =>
      client.received
        .splice(0)
        .flatMap(
          (stanza) => stanza.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('item')?.attrs.jid ?? [],
        );
    expect(jidsOf(ann)).toEqual([cat.jid.toString()]);
    expect(jidsOf(bob)).toEqual([]);
    expect(jidsOf(cat)).toEqual([cat.jid.toString()]);
  });
});

describe('being in the room', () => {
  test('another nickname', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    await box.says(bob, xml('presence', { to: `${ROOM}/Rob` }));
    expect(got(ann)).toEqual(['Bob gone now Rob none participant 303', 'Rob none participant']);
    expect(got(bob)).toEqual(['Bob gone now Rob none participant 110 303', 'Rob none participant 110']);
    await box.says(bob, xml('presence', { to: `${ROOM}/Ann` }));
    expect(got(bob)).toEqual(['error conflict']);
    await box.says(bob, xml('presence', { type: 'unavailable' }));
    expect(got(ann)).toEqual(['Rob gone none none']);
  });

  test('presence is passed on but for what only the room may say', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    const forged = xml('x', { xmlns: 'http://jabber.org/protocol/muc#user' }, xml('item', { affiliation: 'owner' }));
    const occupantId = xml('occupant-id', { xmlns: 'urn:xmpp:occupant-id:0', id: 'forged' });
    await box.says(bob, xml('presence', { to: `${ROOM}/Bob` }, xml('show', {}, 'away'), forged, occupantId));
    expect(ann.received[0]?.getChildText('show')).toBe('away');
    expect(ann.received[0]?.getChildren('occupant-id').map(({ attrs }) => attrs.id)).not.toContain('forged');
    expect(got(ann)).toEqual(['Bob none participant']);
  });

  test('several clients behind one nickname: all hear, and the occupant leaves with the last', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    const phone = box.client(box.near, bob.session.account, 'phone');
    await box.says(phone, enter('Bob'));
    expect(got(phone)).toEqual(['Ann owner moderator', 'Bob none participant 100 110 170', " subject ''"]);
    got(ann);
    got(bob);
    await box.says(phone, said('from the phone'));
    for (const client of [ann, bob, phone]) expect(got(client)).toEqual(['Bob: from the phone']);
    await box.says(bob, leave('Bob'));
    expect(got(bob)).toEqual(['Bob gone none none 110']);
    expect(got(ann)).toEqual(['Bob none participant']);
    await box.says(phone, leave('Bob'));
    expect(got(ann)).toEqual(['Bob gone none none']);
  });

  test('the same person keeps an occupant id, and has another one in another room', async () => {
    const { box, bob } = hall;
    const idIn = async (room: string) => {
      await box.says(bob, enter('Bob', room));
      const own = bob.received.find((stanza) => stanza.name === 'presence' && stanza.attrs.from === `${room}/Bob`);
      got(bob);
      return own?.getChild('occupant-id', 'urn:xmpp:occupant-id:0')?.attrs.id;
    };
    await openRoom(hall);
    const first = await idIn(ROOM);
    await box.says(bob, leave('Bob'));
    expect(await idIn(ROOM)).toBe(first);
    expect(await idIn('other@rooms.near.example')).not.toBe(first);
  });
});

describe('leaving', () => {
  test('a client that is cut off leaves, with the last word of its server', async () => {
    await openRoom(hall);
    const { box, ann, bob } = hall;
    await seat(hall, [bob, 'Bob']);
    box.near.sessions.end(bob.session);
    await box.settled();
    expect(got(ann)).toEqual(['Bob gone none none']);
  });

  test.each(['message', 'presence'])('an error of type %s takes a ghost out', async (kind) => {
    await openRoom(hall);
    const { box, ann } = hall;
    const error = xml('error', { type: 'cancel' }, xml('recipient-unavailable', 'urn:ietf:params:xml:ns:xmpp-stanzas'));
    const eve = 'eve@far.example/x';
    await box.fromAfar(xml('presence', { from: eve, to: `${ROOM}/Eve` }, xml('x', 'http://jabber.org/protocol/muc')));
    got(ann);
    await box.fromAfar(xml(kind, { from: eve, to: kind === 'message' ? ROOM : `${ROOM}/Ann`, type: 'error' }, error));
    expect(got(ann)).toEqual(['Eve gone none none 333']);
  });

  test('a temporary room ends with its last occupant', async () => {
    await openRoom(hall, { persistentroom: '0' });
    const { box, ann } = hall;
    expect(box.store.rooms.list(box.near.server.id)).toHaveLength(1);
    await box.says(ann, leave('Ann'));
    expect(box.store.rooms.list(box.near.server.id)).toEqual([]);
  });

  test('a persistent room is there when everyone comes back, with all that was set', async () => {
    await openRoom(hall, { roomname: 'Kitchen' });
    const { box, ann, bob } = hall;
    await box.says(
      ann,
      xml('message', { type: 'groupchat', to: ROOM }, xml('subject', {}, 'Soup')),
      said('hello'),
      leave('Ann'),
    );
    await box.says(bob, enter('Bob'));
    expect(got(bob)).toEqual(['Bob none participant 100 110 170', 'Ann: hello (then)', "Ann subject 'Soup' (then)"]);
    const info = await ask(box, bob, 'get', xml('query', 'http://jabber.org/protocol/disco#info'));
    expect(info.getChild('query')?.getChild('identity')?.attrs.name).toBe('Kitchen');
    expect(await outcome(box, bob, 'set', configuration({ roomname: 'Mine' }))).toBe('forbidden');
  });

  test('a service that goes down says so', async () => {
    await openRoom(hall);
    const { box, ann } = hall;
    box.near.hooks.run('server stopping', {});
    expect(got(ann)).toEqual(['Ann gone owner none 110 332']);
  });
});
