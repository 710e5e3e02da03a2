import { beforeEach, describe, expect, test } from 'vitest';
import { carbons } from '../../../xmpp/extensions/carbons.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, type TestHost, testHost } from './harness.ts';
import { chat, online, say } from './talk.ts';

const NS = 'urn:xmpp:carbons:2';
const ALICE = 'alice@casp3r.local';
const BOB = 'bob@casp3r.local';

let host: TestHost;
let phone: Client;
let laptop: Client;
let bob: Client;

beforeEach(async () => {
  host = await testHost(carbons);
  const alice = await host.member('alice');
  phone = host.client(alice, 'phone');
  laptop = host.client(alice, 'laptop');
  bob = host.client(await host.member('bob'), 'tablet');
  for (const client of [phone, laptop, bob]) online(host, client);
  await host.ask(laptop, 'set', xml('enable', { xmlns: NS }));
});

/** The message within a carbon, with the side it shows; undefined for anything else. */
function unwrap(wrapper: Element | undefined): { side: string; message: Element | undefined } | undefined {
  const carbon = wrapper?.getChild('sent', NS) ?? wrapper?.getChild('received', NS);
  const message = carbon?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message', 'jabber:client');
  return carbon && { side: carbon.name, message };
}

test('the sender sees its message on its other resource, once, and not on the one that sent it', async () => {
  await say(host, phone, BOB, chat('hello', { id: 'm1' }));
  expect(laptop.received).toHaveLength(1);
  const [wrapper] = laptop.received;
  expect(wrapper?.attrs).toMatchObject({ type: 'chat', from: ALICE, to: `${ALICE}/laptop` });
  expect(unwrap(wrapper)?.side).toBe('sent');
  expect(unwrap(wrapper)?.message?.attrs).toMatchObject({ id: 'm1', from: `${ALICE}/phone`, to: BOB });
  expect(phone.received).toHaveLength(0);
  expect(bob.received).toHaveLength(1);
});

test('what comes for one resource is shown to the other, and nobody gets it twice', async () => {
  await say(host, bob, `${ALICE}/phone`, chat('to the phone'));
  expect(phone.received).toHaveLength(1);
  expect(unwrap(phone.received[0])).toBeUndefined();
  expect(unwrap(laptop.received[0])?.side).toBe('received');
  await say(host, bob, ALICE, chat('to all'));
  expect(laptop.received).toHaveLength(2);
  expect(unwrap(laptop.received[1])).toBeUndefined();
});

test('a resource of negative priority gets carbons, one that switched them off does not', async () => {
  online(host, laptop, -1);
  await say(host, bob, ALICE, chat('one'));
  expect(unwrap(laptop.received[0])?.side).toBe('received');
  await host.ask(laptop, 'set', xml('disable', { xmlns: NS }));
  await say(host, bob, ALICE, chat('two'));
  expect(laptop.received).toHaveLength(1);
});

test('switching twice is no error (section 10.1)', async () => {
  for (const name of ['enable', 'enable', 'disable', 'disable'])
    expect(conditionOf(await host.ask(phone, 'set', xml(name, { xmlns: NS })))).toBeUndefined();
});

test('a message to oneself comes to the other resource once', async () => {
  await say(host, phone, `${ALICE}/phone`, chat('note'));
  expect(laptop.received.map((stanza) => unwrap(stanza)?.side)).toEqual(['received']);
  expect(phone.received).toHaveLength(1);
});

const muc = 'http://jabber.org/protocol/muc#user';
const markers = 'urn:xmpp:chat-markers:0';
const message = (type: string | undefined, ...children: Element[]) => xml('message', { type, id: 'x' }, ...children);

describe('section 6.1: what is copied to the recipient', () => {
  test.each([
    ['chat without a body', message('chat', xml('composing', { xmlns: 'http://jabber.org/protocol/chatstates' }))],
    ['normal with a body', message('normal', xml('body', {}, 'hello'))],
    ['no type, with a body', message(undefined, xml('body', {}, 'hello'))],
    ['a receipt of type normal', message('normal', xml('received', { xmlns: 'urn:xmpp:receipts', id: 'a' }))],
    ['a marker of type normal', message('normal', xml('displayed', { xmlns: markers, id: 'a' }))],
    ['a direct invitation', message(undefined, xml('x', { xmlns: 'jabber:x:conference', jid: 'room@muc.test' }))],
    ['a mediated invitation', message(undefined, xml('x', { xmlns: muc }, xml('invite', { from: BOB })))],
  ])('%s', async (_, stanza) => {
    await say(host, 'room@muc.test', `${ALICE}/phone`, stanza);
    expect(unwrap(laptop.received[0])?.side).toBe('received');
  });

  test.each([
    ['<private/>', chat('secret', {}, xml('private', { xmlns: NS }))],
    ['<no-copy/>', chat('secret', {}, xml('no-copy', { xmlns: 'urn:xmpp:hints' }))],
    ['groupchat', message('groupchat', xml('body', {}, 'hello'))],
    ['headline', message('headline', xml('body', {}, 'news'))],
    ['normal without a body', message('normal', xml('x', { xmlns: 'urn:example' }))],
    ['a private message of a room', chat('psst', {}, xml('x', { xmlns: muc }))],
    ['an error that answers nothing copied', message('error', xml('body', {}, 'hello'))],
  ])('not: %s', async (_, stanza) => {
    await say(host, 'room@muc.test/nick', `${ALICE}/phone`, stanza);
    expect(phone.received).toHaveLength(1);
    expect(laptop.received).toHaveLength(0);
  });
});

test('an error that answers a copied message is copied', async () => {
  await say(host, phone, BOB, chat('hello', { id: 'm7' }));
  await say(host, bob, `${ALICE}/phone`, xml('message', { type: 'error', id: 'm7' }));
  expect(unwrap(laptop.received[1])?.message?.attrs).toMatchObject({ type: 'error', id: 'm7' });
});
