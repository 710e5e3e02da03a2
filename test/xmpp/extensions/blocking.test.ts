import { beforeEach, expect, test } from 'vitest';
import { blocking } from '../../../xmpp/extensions/blocking.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, payloadOf, type TestHost, testHost } from './harness.ts';

const NS = 'urn:xmpp:blocking';

let host: TestHost;
let juliet: Account;
let phone: Client;

beforeEach(async () => {
  host = await testHost(blocking);
  juliet = await host.member('juliet');
  phone = host.client(juliet, 'phone');
});

const list = (client = phone) => host.ask(client, 'get', xml('blocklist', { xmlns: NS }));
const command = (name: 'block' | 'unblock', jids: string[]) =>
  host.ask(phone, 'set', xml(name, { xmlns: NS }, ...jids.map((jid) => xml('item', { jid }))));
const block = (...jids: string[]) => command('block', jids);
const unblock = (...jids: string[]) => command('unblock', jids);
const jidsOf = (element: Element | undefined) => element?.getChildElements().map(({ attrs }) => attrs.jid);

/** What the hook makes of it: 'pass', 'drop', or the error it is refused with. */
function arrive(stanza: Element, from: string): string {
  const to = Jid.parse('juliet@casp3r.local');
  const event = { account: juliet, stanza, from: Jid.parse(from), to, drop: false };
  try {
    return host.hooks.run('stanza to account', event).drop ? 'drop' : 'pass';
  } catch (error) {
    if (error instanceof StanzaError) return error.condition;
    throw error;
  }
}

function leave(stanza: Element, to: string | undefined): string {
  const event = { session: phone.session, stanza, from: phone.jid, to: to ? Jid.parse(to) : undefined, drop: false };
  try {
    return host.hooks.run('stanza from session', event).drop ? 'drop' : 'pass';
  } catch (error) {
    if (error instanceof StanzaError)
      return error
        .toElement()
        .getChildElements()
        .map(({ name }) => name)
        .join(' ');
    throw error;
  }
}

const chat = () => xml('message', { type: 'chat' }, xml('body', {}, 'hello'));

test('the list is empty, then holds what was blocked, prepared and once', async () => {
  expect(payloadOf(await list()).toString()).toBe(`<blocklist xmlns="${NS}"/>`);
  expect((await block('Romeo@Montague.net', 'iago@shakespeare.lit', 'romeo@montague.net')).attrs.type).toBe('result');
  expect(jidsOf(payloadOf(await list()))).toEqual(['iago@shakespeare.lit', 'romeo@montague.net']);
});

test.each([
  ['nothing', [], 'bad-request'],
  ['no address', ['a@b@c'], 'jid-malformed'],
  ['the own account', ['juliet@casp3r.local/laptop'], 'not-allowed'],
  ['the own server', ['casp3r.local'], 'not-allowed'],
])('to block %s is refused, with all that stands beside it', async (_, jids, condition) => {
  expect(conditionOf(await block(...(jids.length > 0 ? ['romeo@montague.net'] : []), ...jids))).toBe(condition);
  expect(jidsOf(payloadOf(await list()))).toEqual([]);
});

test('it has an end', async () => {
  const many = Array.from({ length: 1000 }, (_, i) => `spammer${i}@spam.test`);
  expect((await block(...many)).attrs.type).toBe('result');
  expect(conditionOf(await block('one-more@spam.test'))).toBe('resource-constraint');
});

test('resources that asked for the list are told of changes, others are not', async () => {
  const laptop = host.client(juliet, 'laptop');
  const tablet = host.client(juliet, 'tablet');
  await list(phone);
  await list(laptop);
  await block('romeo@montague.net', 'iago@shakespeare.lit');
  await unblock('romeo@montague.net');
  await unblock();
  for (const { received, jid } of [phone, laptop]) {
    expect(received.map(({ attrs }) => [attrs.type, attrs.to])).toEqual(Array(3).fill(['set', jid.toString()]));
    expect(received.map((push) => jidsOf(push.getChildElements()[0]))).toEqual([
      ['romeo@montague.net', 'iago@shakespeare.lit'],
      ['romeo@montague.net'],
      [],
    ]);
    expect(received.map((push) => push.getChildElements()[0]?.name)).toEqual(['block', 'unblock', 'unblock']);
  }
  expect(new Set(phone.received.map(({ attrs }) => attrs.id)).size).toBe(3);
  expect(tablet.received).toEqual([]);
});

test('what a blocked one sends does not come through, and looks as if nobody were there', async () => {
  await block('romeo@montague.net');
  const from = 'romeo@montague.net/orchard';
  expect(arrive(chat(), from)).toBe('service-unavailable');
  expect(arrive(xml('message', { type: 'error' }), from)).toBe('drop');
  for (const type of ['get', 'set']) expect(arrive(xml('iq', { type, id: '1' }), from)).toBe('service-unavailable');
  for (const type of ['result', 'error']) expect(arrive(xml('iq', { type, id: '1' }), from)).toBe('drop');
  for (const type of [undefined, 'unavailable', 'subscribe', 'probe'])
    expect(arrive(xml('presence', { type }), from)).toBe('drop');
  expect(arrive(chat(), 'benvolio@montague.net')).toBe('pass');
  await unblock('romeo@montague.net');
  expect(arrive(chat(), from)).toBe('pass');
});

test('what is sent to a blocked one is refused as the text says', async () => {
  await block('romeo@montague.net');
  expect(leave(chat(), 'romeo@montague.net/orchard')).toBe('not-acceptable blocked');
  expect(leave(xml('presence', { type: 'subscribe' }), 'romeo@montague.net')).toBe('not-acceptable blocked');
  expect(leave(xml('iq', { type: 'result', id: '1' }), 'romeo@montague.net/orchard')).toBe('drop');
  expect(leave(xml('presence'), undefined)).toBe('pass');
});

test.each([
  ['romeo@montague.net/orchard', 'romeo@montague.net/orchard', true],
  ['romeo@montague.net/orchard', 'romeo@montague.net/balcony', false],
  ['romeo@montague.net/orchard', 'romeo@montague.net', false],
  ['romeo@montague.net', 'romeo@montague.net/orchard', true],
  ['montague.net/gate', 'montague.net/gate', true],
  ['montague.net/gate', 'montague.net', false],
  ['montague.net', 'montague.net', true],
  ['montague.net', 'montague.net/gate', true],
  ['montague.net', 'romeo@montague.net/orchard', true],
  ['montague.net', 'romeo@sub.montague.net', false],
])('%s blocks %s: %s', async (jid, from, blocked) => {
  await block(jid);
  expect(arrive(chat(), from)).toBe(blocked ? 'service-unavailable' : 'pass');
});

test('a fallback domain cannot cut an account off from itself', async () => {
  await block('old.example');
  await host.configure({ fallbacks: ['old.example'] });
  expect(arrive(chat(), 'juliet@old.example/laptop')).toBe('pass');
  expect(arrive(chat(), 'romeo@old.example/phone')).toBe('service-unavailable');
});

test('a member is blocked by whichever domain of the host it comes', async () => {
  await host.configure({ fallbacks: ['old.example'] });
  await block('romeo@casp3r.local', 'tybalt@old.example');
  expect(arrive(chat(), 'romeo@old.example/phone')).toBe('service-unavailable');
  expect(arrive(chat(), 'tybalt@casp3r.local/phone')).toBe('service-unavailable');
  expect(leave(chat(), 'romeo@old.example')).toBe('not-acceptable blocked');
  expect(arrive(chat(), 'nurse@old.example/phone')).toBe('pass');
});

test('who may see the presence sees it end, and come back', async () => {
  await host.contact(juliet, 'romeo@montague.net', 'both');
  await host.contact(juliet, 'benvolio@montague.net', 'from');
  await host.contact(juliet, 'tybalt@montague.net', 'to');
  phone.available(xml('show', {}, 'away'));
  host.client(juliet, 'unavailable');
  const seen = () => host.sent.splice(0).map(({ attrs }) => [attrs.from, attrs.type, attrs.to]);
  const full = phone.jid.toString();

  await block('romeo@montague.net', 'stranger@elsewhere.test');
  expect(seen()).toEqual([[full, 'unavailable', 'romeo@montague.net']]);
  await block('montague.net');
  expect(seen()).toEqual([[full, 'unavailable', 'benvolio@montague.net']]);
  await unblock('romeo@montague.net');
  expect(seen()).toEqual([]);
  await unblock();
  expect(host.sent.map((presence) => presence.getChildText('show'))).toEqual(['away', 'away']);
  expect(seen()).toEqual([
    [full, undefined, 'benvolio@montague.net'],
    [full, undefined, 'romeo@montague.net'],
  ]);
});

test('who got directed presence sees it end', async () => {
  phone.session.directed.add('room@muc.test/juliet');
  await block('muc.test');
  expect(host.sent.map(({ attrs }) => [attrs.type, attrs.to])).toEqual([['unavailable', 'room@muc.test/juliet']]);
  expect(phone.session.directed.size).toBe(0);
});

test('broadcasts leave blocked contacts out', async () => {
  await block('romeo@montague.net');
  const goesTo = (contact: string) =>
    !host.hooks.run('presence to contact', { account: juliet, contact: Jid.parse(contact), drop: false }).drop;
  expect(goesTo('romeo@montague.net')).toBe(false);
  expect(goesTo('benvolio@montague.net')).toBe(true);
});
