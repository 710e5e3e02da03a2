/** Affiliations and roles, asked for and changed (XEP-0045 sections 5, 8, 9, 10). */
import { describe, expect, test } from 'vitest';
import { defaultRole } from '../../../../xmpp/extensions/muc/privileges.ts';
import { xml } from '../../../../xmpp/xml.ts';
import type { Client } from '../harness.ts';
import {
  admin,
  ask,
  bareOf,
  configuration,
  enter,
  got,
  hallOfEach,
  NS_ADMIN,
  openRoom,
  outcome,
  person,
  ROOM,
  said,
  seat,
} from './rig.ts';

let dan: Client;
const hall = hallOfEach(async ({ box }) => {
  dan = await person(box, 'dan');
});

/** Ann owns the room, Bob administers it, Cat is a member, Dan is nobody. All are in it. */
async function furnish(settings: Record<string, string> = {}): Promise<void> {
  await openRoom(hall, settings);
  const { box, ann, bob, cat } = hall;
  await ask(
    box,
    ann,
    'set',
    admin({ jid: bareOf(bob), affiliation: 'admin' }, { jid: bareOf(cat), affiliation: 'member' }),
  );
  await seat(hall, [bob, 'Bob'], [cat, 'Cat'], [dan, 'Dan']);
}

const people = () => ({ ann: hall.ann, bob: hall.bob, cat: hall.cat, dan });
type Name = keyof ReturnType<typeof people>;
const clear = () => Object.values(people()).forEach((client) => void got(client));

const itemsOf = (client: Client, attrs: Record<string, string>) =>
  ask(hall.box, client, 'get', xml('query', { xmlns: NS_ADMIN }, xml('item', attrs)));

test('the default roles of section 5.1.2', () => {
  const roles = (moderated: boolean) =>
    (['outcast', 'none', 'member', 'admin', 'owner'] as const).map((one) => defaultRole(one, moderated));
  expect(roles(true)).toEqual(['none', 'visitor', 'participant', 'moderator', 'moderator']);
  expect(roles(false)).toEqual(['none', 'participant', 'participant', 'moderator', 'moderator']);
});

describe('affiliations', () => {
  /** Who changes whom into what, and what comes of it. */
  const table: [Name, Name, string, string][] = [
    ['ann', 'dan', 'member', 'result'],
    ['ann', 'dan', 'admin', 'result'],
    ['ann', 'dan', 'owner', 'result'],
    ['ann', 'bob', 'member', 'result'],
    ['ann', 'bob', 'outcast', 'result'],
    ['ann', 'ann', 'outcast', 'conflict'],
    ['ann', 'ann', 'member', 'conflict'],
    ['bob', 'dan', 'member', 'result'],
    ['bob', 'dan', 'outcast', 'result'],
    ['bob', 'cat', 'none', 'result'],
    ['bob', 'dan', 'admin', 'forbidden'],
    ['bob', 'dan', 'owner', 'forbidden'],
    ['bob', 'ann', 'outcast', 'not-allowed'],
    ['bob', 'ann', 'member', 'forbidden'],
    ['bob', 'bob', 'outcast', 'conflict'],
    ['cat', 'dan', 'member', 'forbidden'],
    ['cat', 'dan', 'outcast', 'forbidden'],
    ['cat', 'ann', 'outcast', 'forbidden'],
    ['dan', 'cat', 'none', 'forbidden'],
    ['dan', 'dan', 'member', 'forbidden'],
  ];

  test.each(table)('%s makes %s %s: %s', async (actor, target, affiliation, expected) => {
    await furnish();
    const jid = bareOf(people()[target]);
    expect(await outcome(hall.box, people()[actor], 'set', admin({ jid, affiliation }))).toBe(expected);
  });

  test('several at once, or none of them', async () => {
    await furnish();
    const { box, bob, ann } = hall;
    const changes = [
      { jid: bareOf(dan), affiliation: 'member' },
      { jid: bareOf(ann), affiliation: 'outcast' },
    ];
    expect(await outcome(box, bob, 'set', admin(...changes))).toBe('not-allowed');
    const members = await itemsOf(bob, { affiliation: 'member' });
    expect(String(members)).not.toContain(bareOf(dan));
    expect(await outcome(box, bob, 'set', admin({ jid: bareOf(dan), affiliation: 'member', role: 'visitor' }))).toBe(
      'bad-request',
    );
    expect(await outcome(box, bob, 'set', admin({ jid: bareOf(dan), affiliation: 'friend' }))).toBe('bad-request');
  });

  test('tell those in the room, after who made them', async () => {
    await furnish();
    const { box, ann, cat } = hall;
    await box.says(
      ann,
      xml('iq', { type: 'set', id: 'x', to: ROOM }, admin({ jid: bareOf(dan), affiliation: 'admin', reason: 'helps' })),
    );
    expect(got(ann)).toEqual(['iq result', 'Dan admin moderator']);
    expect(got(cat)).toEqual(['Dan admin moderator']);
    expect(got(dan)).toEqual(['Dan admin moderator 110']);
    await ask(box, ann, 'set', admin({ jid: bareOf(dan), affiliation: 'none' }));
    expect(got(dan)).toEqual(['Dan none participant 110']);
    await ask(box, ann, 'set', admin({ jid: 'far@far.example', affiliation: 'member' }));
    expect(got(cat)).toEqual(['Dan none participant', 'message far@far.example member']);
  });

  test('a ban takes out of the room, with its reason and who did it', async () => {
    await furnish();
    const { box, bob, cat } = hall;
    await ask(box, bob, 'set', admin({ jid: bareOf(dan), affiliation: 'outcast', reason: 'Treason' }));
    const item = dan.received[0]?.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('item');
    expect(item?.getChildText('reason')).toBe('Treason');
    expect(item?.getChild('actor')?.attrs.nick).toBe('Bob');
    expect(got(dan)).toEqual(['Dan gone outcast none 110 301']);
    expect(got(cat)).toEqual(['Dan gone outcast none 301']);
    const bans = await itemsOf(bob, { affiliation: 'outcast' });
    expect(bans.getChild('query', NS_ADMIN)?.getChild('item')?.getChildText('reason')).toBe('Treason');
  });

  test('who loses membership leaves a room for members; who gains it is invited', async () => {
    await furnish({ membersonly: '1' });
    const { box, ann, bob, cat } = hall;
    got(dan);
    await ask(box, bob, 'set', admin({ jid: bareOf(cat), affiliation: 'none' }));
    expect(got(cat)).toEqual(['Cat gone none none 110 321']);
    await ask(box, bob, 'set', admin({ jid: bareOf(dan), affiliation: 'member' }));
    expect(got(dan)).toEqual([`invited by ${bareOf(bob)}`]);
    expect(got(ann)).toContain('Cat gone none none 321');
  });

  test.each([
    ['anyone', { ann: 'result', bob: 'result', cat: 'result', dan: 'result' }],
    ['moderators', { ann: 'result', bob: 'forbidden', cat: 'forbidden', dan: 'forbidden' }],
  ])('the list of owners where %s may see addresses', async (whois, expected) => {
    await furnish({ whois });
    const list = xml('query', { xmlns: NS_ADMIN }, xml('item', { affiliation: 'owner' }));
    const found: Record<string, string> = {};
    for (const [name, client] of Object.entries(people())) found[name] = await outcome(hall.box, client, 'get', list);
    expect(found).toEqual(expected);
  });

  test('a domain can only be banned as a whole, and the ban ends the visit of all from there', async () => {
    await furnish();
    const { box, ann } = hall;
    expect(await outcome(box, ann, 'set', admin({ jid: 'far.example', affiliation: 'member' }))).toBe('not-acceptable');
    await box.fromAfar(
      xml('presence', { from: 'eve@far.example/x', to: `${ROOM}/Eve` }, xml('x', 'http://jabber.org/protocol/muc')),
    );
    clear();
    await ask(box, ann, 'set', admin({ jid: 'far.example', affiliation: 'outcast' }));
    expect(got(dan)).toEqual(['Eve gone outcast none 301']);
  });
});

describe('roles', () => {
  const table: [Name, string, string, string][] = [
    ['bob', 'Dan', 'none', 'result'],
    ['bob', 'Cat', 'moderator', 'result'],
    ['bob', 'Dan', 'visitor', 'result'],
    ['bob', 'Ann', 'none', 'not-allowed'],
    ['bob', 'Ann', 'participant', 'not-allowed'],
    ['ann', 'Bob', 'participant', 'not-allowed'],
    ['ann', 'Bob', 'none', 'result'],
    ['ann', 'Ann', 'none', 'conflict'],
    ['bob', 'Nobody', 'none', 'item-not-found'],
    ['bob', 'Dan', 'king', 'bad-request'],
    ['cat', 'Dan', 'none', 'forbidden'],
    ['dan', 'Dan', 'moderator', 'forbidden'],
  ];

  test.each(table)('%s makes %s %s: %s', async (actor, nick, role, expected) => {
    await furnish();
    expect(await outcome(hall.box, people()[actor], 'set', admin({ nick, role }))).toBe(expected);
  });

  test('a moderator without an affiliation kicks and silences those who have none', async () => {
    await furnish();
    const { box, ann, cat } = hall;
    await ask(box, ann, 'set', admin({ nick: 'Dan', role: 'moderator' }));
    expect(await outcome(box, dan, 'set', admin({ nick: 'Cat', role: 'visitor' }))).toBe('not-allowed');
    expect(await outcome(box, dan, 'set', admin({ nick: 'Cat', role: 'none' }))).toBe('not-allowed');
    expect(await outcome(box, dan, 'set', admin({ nick: 'Cat', role: 'moderator' }))).toBe('forbidden');
    const eve = await person(box, 'eve');
    await seat(hall, [eve, 'Eve']);
    expect(await outcome(box, dan, 'set', admin({ nick: 'Eve', role: 'visitor' }))).toBe('result');
    expect(await outcome(box, dan, 'set', admin({ nick: 'Eve', role: 'none' }))).toBe('result');
    expect(got(cat)).toContain('Eve gone none none 307');
  });

  test('a kick: the kicked first, then the one who did it, then the others', async () => {
    await furnish();
    const { box, bob, cat } = hall;
    await box.says(
      bob,
      xml('iq', { type: 'set', id: 'k', to: ROOM }, admin({ nick: 'Dan', role: 'none', reason: 'Avaunt' })),
    );
    expect(got(dan)).toEqual(['Dan gone none none 110 307']);
    expect(got(bob)).toEqual(['iq result', 'Dan gone none none 307']);
    expect(got(cat)).toEqual(['Dan gone none none 307']);
    await box.says(dan, enter('Dan'));
    expect(got(dan)).toContain('Dan none participant 100 110 170');
  });

  test('voice taken away stays away when the visitor comes again', async () => {
    await furnish();
    const { box, bob } = hall;
    await ask(box, bob, 'set', admin({ nick: 'Dan', role: 'visitor' }));
    await box.says(dan, xml('presence', { to: `${ROOM}/Dan`, type: 'unavailable' }), enter('Dan'), said('ha'));
    expect(got(dan).at(-1)).toBe('error forbidden');
  });

  test('the voice list is a moderator’s, the moderator list an admin’s', async () => {
    await furnish();
    const { box, ann, cat } = hall;
    await ask(box, ann, 'set', admin({ nick: 'Dan', role: 'moderator' }));
    const list = (role: string) => xml('query', { xmlns: NS_ADMIN }, xml('item', { role }));
    expect(await outcome(box, cat, 'get', list('participant'))).toBe('forbidden');
    expect(await outcome(box, dan, 'get', list('moderator'))).toBe('forbidden');
    const voices = await itemsOf(dan, { role: 'participant' });
    expect(
      voices
        .getChild('query', NS_ADMIN)
        ?.getChildElements()
        .map(({ attrs }) => attrs),
    ).toEqual([{ affiliation: 'member', role: 'participant', jid: cat.jid.toString(), nick: 'Cat' }]);
  });

  test('who becomes a moderator sees the addresses that were hidden', async () => {
    await furnish({ whois: 'moderators' });
    const { box, ann, bob } = hall;
    await ask(box, ann, 'set', admin({ nick: 'Dan', role: 'moderator' }));
    expect(dan.received.map(String).join()).toContain(bob.jid.toString());
  });
});

describe('voice', () => {
  const request = (...fields: [string, string][]) =>
    xml(
      'message',
      { to: ROOM },
      xml(
        'x',
        { xmlns: 'jabber:x:data', type: 'submit' },
        ...[['FORM_TYPE', 'http://jabber.org/protocol/muc#request'] as const, ...fields].map(([name, value]) =>
          xml('field', { var: name }, xml('value', {}, value)),
        ),
      ),
    );

  test('is asked for, and granted by a moderator', async () => {
    await furnish({ moderatedroom: '1' });
    const { box, bob, cat } = hall;
    await box.says(dan, said('hm?'), request(['muc#role', 'participant']));
    expect(got(dan)).toEqual(['error forbidden']);
    expect(got(cat)).toEqual([]);
    const asked = bob.received[0]?.getChild('x', 'jabber:x:data');
    expect(asked?.getChildren('field').map(({ attrs }) => attrs.var)).toEqual([
      'FORM_TYPE',
      'muc#role',
      'muc#jid',
      'muc#roomnick',
      'muc#request_allow',
    ]);
    clear();
    const grant = request(['muc#role', 'participant'], ['muc#roomnick', 'Dan'], ['muc#request_allow', 'true']);
    await box.says(cat, grant);
    expect(got(cat)).toEqual(['error forbidden']);
    await box.says(bob, grant);
    expect(got(dan)).toEqual(['Dan none participant 110']);
    await box.says(dan, said('thanks'));
    expect(got(cat)).toEqual(['Dan none participant', 'Dan: thanks']);
  });
});

test('presence is shown of those roles only that the room broadcasts', async () => {
  await furnish({ moderatedroom: '1', presencebroadcast: 'moderator participant' });
  const { box, ann, cat } = hall;
  const eve = await person(box, 'eve');
  await box.says(eve, enter('Eve'));
  expect(got(eve)).toEqual([
    'Ann owner moderator',
    'Bob admin moderator',
    'Cat member participant',
    'Eve none visitor 100 110 170',
    " subject ''",
  ]);
  expect(got(cat)).toEqual([]);
  await ask(box, ann, 'set', admin({ nick: 'Eve', role: 'participant' }));
  expect(got(cat)).toEqual(['Eve none participant']);
  await ask(box, ann, 'set', admin({ nick: 'Eve', role: 'visitor' }));
  expect(got(cat)).toEqual(['Eve gone none none']);
});

test('the configuration names administrators and owners as whole lists', async () => {
  await furnish();
  const { box, ann, bob, cat } = hall;
  const settings = { roomadmins: bareOf(cat), roomowners: `${bareOf(ann)} ${bareOf(dan)}` };
  expect(await outcome(box, ann, 'set', configuration(settings))).toBe('result');
  expect(got(cat)).toContain('Dan owner moderator');
  expect(got(cat).concat(got(bob))).toContain('Bob member participant 110');
  expect(await outcome(box, ann, 'set', configuration({ roomowners: '' }))).toBe('conflict');
});
