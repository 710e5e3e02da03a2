/** Configuring, inviting, registering, ending (XEP-0045 sections 7.8, 7.10, 10; XEP-0249). */
import { describe, expect, test } from 'vitest';
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
  hallOfEach,
  instant,
  leave,
  NS_INFO,
  NS_MUC,
  NS_OWNER,
  NS_USER,
  openRoom,
  outcome,
  person,
  ROOM,
  said,
  seat,
} from './rig.ts';

const hall = hallOfEach();

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
