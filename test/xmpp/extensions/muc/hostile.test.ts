/** Whatever is sent to a room, no handler breaks and no request stays without an answer. */
import { expect, test } from 'vitest';
import { clone, type Element, xml } from '../../../../xmpp/xml.ts';
import {
  admin,
  configuration,
  enter,
  field,
  form,
  instant,
  leave,
  NS_INFO,
  NS_MUC,
  NS_USER,
  openHall,
  openRoom,
  ROOM,
  said,
  seat,
} from './rig.ts';

/** Numbers that look random and are the same in each run (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const request = (type: 'get' | 'set', payload: Element, to = ROOM) => xml('iq', { type, id: 'x', to }, payload);

const seeds: Element[] = [
  enter('Bob'),
  enter('Bob', ROOM, xml('history', { maxstanzas: '3', since: '2026-01-01T00:00:00Z' }), xml('password', {}, 'x')),
  leave('Bob'),
  said('hello', ROOM, { id: 'm1' }, xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id: 'x' })),
  xml('message', { type: 'groupchat', to: ROOM }, xml('subject', {}, 'x')),
  xml('message', { type: 'chat', to: `${ROOM}/Ann` }, xml('body', {}, 'x'), xml('x', { xmlns: NS_USER })),
  xml(
    'message',
    { to: ROOM },
    xml('x', { xmlns: NS_USER }, xml('invite', { to: 'a@b.example' }, xml('reason', {}, 'x'))),
  ),
  xml('message', { to: ROOM }, xml('x', { xmlns: NS_USER }, xml('decline', { to: 'ann1@near.example' }))),
  xml(
    'message',
    { to: ROOM },
    form(`${NS_MUC}#request`, field('muc#role', 'participant'), field('muc#request_allow', '1')),
  ),
  request('set', admin({ jid: 'a@b.example', affiliation: 'member', nick: 'A' }, { nick: 'Ann', role: 'visitor' })),
  request('get', admin({ affiliation: 'member' })),
  request('set', configuration({ roomname: 'x', maxusers: '10', roomadmins: 'a@b.example' })),
  request('set', instant()),
  request('get', xml('query', { xmlns: NS_INFO, node: 'x-roomuser-item' })),
  request('get', xml('query', { xmlns: NS_INFO.replace('info', 'items') }), 'rooms.near.example'),
  request(
    'set',
    xml('query', { xmlns: 'jabber:iq:register' }, form(`${NS_MUC}#register`, field('muc#register_roomnick', 'B'))),
  ),
  request(
    'set',
    xml('query', { xmlns: 'urn:xmpp:mam:2' }, xml('set', 'http://jabber.org/protocol/rsm', xml('max', {}, '1'))),
  ),
  request(
    'set',
    xml('moderate', { xmlns: 'urn:xmpp:message-moderate:1', id: 'x' }, xml('retract', 'urn:xmpp:message-retract:1')),
  ),
  request('set', xml('vCard', { xmlns: 'vcard-temp' }, xml('PHOTO', {}, xml('BINVAL', {}, 'x')))),
  request('get', xml('ping', { xmlns: 'urn:xmpp:ping' }), `${ROOM}/Bob`),
];

const oddities = [
  '',
  ' ',
  '\u200b',
  '-1',
  '1e9',
  '99999999999999999999',
  'owner',
  'none',
  'true',
  '@',
  'a@',
  '/',
  '😀'.repeat(40),
  ROOM,
  `${ROOM}/Ann`,
  'rooms.near.example',
];

test('3000 mutated stanzas', async () => {
  const hall = await openHall();
  const { box, ann, bob, cat } = hall;
  await openRoom(hall);
  await seat(hall, [bob, 'Bob']);
  const roll = dice(7);
  const pick = <T>(list: readonly T[]): T | undefined => list[roll(list.length)];
  const every = (element: Element): Element[] => [element, ...element.getChildElements().flatMap(every)];

  function mutate(stanza: Element): Element {
    const mutant = clone(stanza);
    for (let count = roll(3); count >= 0; count -= 1) {
      const target = pick(every(mutant)) ?? mutant;
      const names = Object.keys(target.attrs);
      const name = pick(names);
      const change = roll(6);
      if (change === 0 && name && target !== mutant) delete target.attrs[name];
      if (change === 1 && name && name !== 'id') target.attrs[name] = pick(oddities) ?? '';
      if (change === 2 && target !== mutant) target.children = [pick(oddities) ?? ''];
      if (change === 3 && target.parent) target.parent.append(clone(target));
      if (change === 4) target.append(clone(pick(seeds.flatMap(every)) ?? xml('x')));
      if (change === 5 && target.parent) target.parent.remove(target);
    }
    return mutant;
  }

  const unanswered: string[] = [];
  const kinds = new Map<string, number>();
  for (let count = 0; count < 3000; count += 1) {
    const sender = pick([ann, bob, bob, cat]) ?? bob;
    const stanza = mutate(pick(seeds) ?? enter('Bob'));
    if (stanza.name === 'iq') stanza.attrs.id = `f${count}`;
    await box.says(sender, stanza);
    const answered = sender.received.some(({ name, attrs }) => name === 'iq' && attrs.id === `f${count}`);
    if (stanza.name === 'iq' && stanza.attrs.type !== 'result' && stanza.attrs.type !== 'error' && !answered)
      unanswered.push(String(stanza));
    for (const { name, attrs } of sender.received)
      kinds.set(`${name} ${attrs.type}`, (kinds.get(`${name} ${attrs.type}`) ?? 0) + 1);
    for (const client of [ann, bob, cat]) {
      // Another occupant's client answers what is passed on to it.
      for (const { name, attrs } of client.received.splice(0))
        if (name === 'iq' && (attrs.type === 'get' || attrs.type === 'set'))
          await box.says(client, xml('iq', { type: 'result', id: attrs.id, to: attrs.from }));
    }
  }
  // What is understood is reached as well as what is refused.
  for (const kind of ['iq result', 'iq error', 'message groupchat', 'message error', 'presence error'])
    expect(kinds.get(kind) ?? 0).toBeGreaterThan(100);
  expect(box.faults).toBe(0);
  expect(unanswered.filter((text) => !text.includes(`to="${ROOM}/`))).toEqual([]);
}, 120_000);
