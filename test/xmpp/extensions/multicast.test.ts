/** XEP-0033: one message or presence for many. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { blocking } from '../../../xmpp/extensions/blocking.ts';
import { multicast } from '../../../xmpp/extensions/multicast.ts';
import { offline } from '../../../xmpp/extensions/offline.ts';
import { change } from '../../../xmpp/store/changes.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Box, iq, openBox } from '../im/box.ts';
import { type Client, conditionOf } from './harness.ts';

const NS = 'http://jabber.org/protocol/address';
const SERVICE = 'multicast.near.example';
const ELSEWHERE = 'zoe@far.example';

let box: Box;
let ann: Client;
let bob: Client;
let cat: Client;

beforeEach(async () => {
  const opened = await openBox([blocking, offline, multicast]);
  onTestFinished(opened.close);
  box = opened.box;
  ann = await box.online(box.near, await box.member(box.near, 'ann'), 'desk');
  bob = await box.online(box.near, await box.member(box.near, 'bob'), 'desk');
  cat = await box.online(box.near, await box.member(box.near, 'cat'), 'desk');
});

const bareOf = (client: Client) => client.jid.bare.toString();
const address = (type: string, jid: string, attrs: Record<string, string> = {}) =>
  xml('address', { type, jid, ...attrs });
const addressed = (...addresses: Element[]) => xml('addresses', { xmlns: NS }, ...addresses);
const message = (...addresses: Element[]) =>
  xml('message', { to: SERVICE, type: 'chat' }, xml('body', {}, 'Soup!'), addressed(...addresses));

/** The addresses that a stanza shows: `to bob@near.example true`. */
const shown = (stanza: Element | undefined): string[] =>
  stanza
    ?.getChild('addresses', NS)
    ?.getChildren('address')
    .map(({ attrs: { type, jid, delivered } }) => [type, jid, delivered].filter(Boolean).join(' ')) ?? [];

async function refusal(client: Client, stanza: Element): Promise<string | undefined> {
  client.received.length = 0;
  await box.says(client, stanza);
  const [reply] = client.received;
  return reply && conditionOf(reply);
}

test('everyone gets it from the sender, and sees the others, but none who is blind-copied', async () => {
  const [b, c] = [bareOf(bob), bareOf(cat)];
  await box.says(
    ann,
    message(address('to', b), address('bcc', c), address('cc', ELSEWHERE), address('replyto', bareOf(ann))),
  );
  const others = [`to ${b} true`, `cc ${ELSEWHERE} true`, `replyto ${bareOf(ann)}`];
  expect(shown(bob.received[0])).toEqual(others);
  expect(shown(box.abroad[0])).toEqual(others);
  expect(shown(cat.received[0]).sort()).toEqual([`bcc ${c}`, ...others].sort());
  for (const stanza of [bob.received[0], cat.received[0], box.abroad[0]])
    expect([stanza?.attrs.from, stanza?.getChildText('body')]).toEqual([ann.jid.toString(), 'Soup!']);
  expect([bob.received, cat.received, box.abroad].map(({ length }) => length)).toEqual([1, 1, 1]);
  expect(ann.received).toEqual([]);
});

test('who is marked as delivered, or named twice, gets no second one', async () => {
  await box.says(
    ann,
    message(address('to', bareOf(bob), { delivered: 'true' }), address('to', bareOf(cat)), address('cc', bareOf(cat))),
  );
  expect([bob.received.length, cat.received.length]).toEqual([0, 1]);
});

test.each([
  [
    'too many',
    () => message(...Array.from({ length: 51 }, (_, i) => address('to', `a${i}@far.example`))),
    'not-acceptable',
  ],
  ['no addresses', () => xml('message', { to: SERVICE }, xml('body', {}, 'Soup!')), 'bad-request'],
  ['only advice', () => message(address('replyto', bareOf(ann))), 'bad-request'],
  ['an unknown type', () => message(address('ofrom', bareOf(bob))), 'bad-request'],
  ['a URI', () => message(xml('address', { type: 'to', uri: 'sip:bob@near.example' })), 'jid-malformed'],
  ['no address at all', () => message(address('to', bareOf(bob)), address('to', '@')), 'jid-malformed'],
  [
    'a probe',
    () => xml('presence', { to: SERVICE, type: 'probe' }, addressed(address('to', bareOf(bob)))),
    'bad-request',
  ],
])('%s is refused, and nobody gets it', async (_, make, condition) => {
  expect(await refusal(ann, make())).toBe(condition);
  expect([bob.received, box.abroad].map(({ length }) => length)).toEqual([0, 0]);
});

test('what the sender may not send to one is sent to none', async () => {
  await box.store.journal.commit(change('blocked set', { account: ann.session.account.id, jid: bareOf(bob) }));
  expect(await refusal(ann, message(address('to', bareOf(cat)), address('to', bareOf(bob))))).toBe('not-acceptable');
  expect(cat.received).toEqual([]);
});

test('strangers cannot use it', async () => {
  const stanza = message(address('to', bareOf(bob)));
  stanza.attrs.from = `${ELSEWHERE}/cave`;
  await box.fromAfar(stanza);
  expect(box.abroad.map(conditionOf)).toEqual(['forbidden']);
  expect(bob.received).toEqual([]);
});

test('only so many copies at once', async () => {
  const crowd = () => message(...Array.from({ length: 50 }, (_, i) => address('to', `a${i}@far.example`)));
  for (let i = 0; i < 10; i += 1) expect(await refusal(ann, crowd())).toBeUndefined();
  expect(await refusal(ann, crowd())).toBe('resource-constraint');
  box.clock.pass(5000);
  expect(await refusal(ann, crowd())).toBeUndefined();
});

test('who has seen a member come sees it leave', async () => {
  await box.says(ann, xml('presence', { to: SERVICE }, addressed(address('to', ELSEWHERE))));
  expect(box.abroad.map(({ name, attrs }) => [name, attrs.type, attrs.to])).toEqual([
    ['presence', undefined, ELSEWHERE],
  ]);
  box.abroad.length = 0;
  await box.says(ann, xml('presence', { type: 'unavailable' }));
  expect(box.abroad.map(({ attrs }) => [attrs.type, attrs.to])).toEqual([['unavailable', ELSEWHERE]]);
});

test('it tells what it is', async () => {
  ann.received.length = 0;
  await box.says(ann, iq('get', xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' }), SERVICE));
  expect(ann.received[0]?.toString()).toContain(`var="${NS}"`);
});
