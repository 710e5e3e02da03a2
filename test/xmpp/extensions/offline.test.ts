import { beforeEach, expect, test, vi } from 'vitest';
import { archive } from '../../../xmpp/extensions/archive/archive.ts';
import { carbons } from '../../../xmpp/extensions/carbons.ts';
import { MAX_KEPT, offline } from '../../../xmpp/extensions/offline.ts';
import type { Settled } from '../../../xmpp/routing/session.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, type TestHost, testHost } from './harness.ts';
import { chat, giveBack, online, say } from './talk.ts';

const ALICE = 'alice@casp3r.local';

let host: TestHost;
let alice: Account;
let bob: Client;

beforeEach(async () => {
  host = await testHost(archive, carbons, offline);
  alice = await host.member('alice');
  bob = host.client(await host.member('bob'), 'tablet');
  online(host, bob);
});

/** A client of alice whose acknowledgements the test gives. */
function slowClient(resource: string): { client: Client; settle: Settled[] } {
  const client = host.client(alice, resource);
  const settle: Settled[] = [];
  client.session.outlet = {
    ...client.session.outlet,
    send: (stanza, settled) => {
      client.received.push(stanza);
      if (settled) settle.push(settled);
    },
  };
  return { client, settle };
}

const bodies = (client: Client) => client.received.map((stanza) => stanza.getChildText('body'));
const kept = () => host.store.offline.count(alice.id);
const writtenThrough = () => host.store.journal.commit();

test('what comes while nobody is there is delivered in order with its time, and leaves the store when the client has it', async () => {
  const atMs = host.clock.nowMs();
  await say(host, bob, ALICE, chat('one', { id: 'm1' }));
  host.clock.pass(5000);
  await say(host, bob, ALICE, chat('two'));
  const { client, settle } = slowClient('phone');
  online(host, client);
  expect(bodies(client)).toEqual(['one', 'two']);
  const [first] = client.received;
  expect(first?.attrs).toMatchObject({ id: 'm1', from: 'bob@casp3r.local/tablet', to: ALICE, type: 'chat' });
  expect(first?.attrs.xmlns).toBeUndefined();
  const delay = first?.getChild('delay', 'urn:xmpp:delay');
  expect(delay?.attrs).toEqual({ xmlns: 'urn:xmpp:delay', from: 'casp3r.local', stamp: new Date(atMs).toISOString() });
  expect(first?.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs.by).toBe(ALICE);
  expect(kept()).toBe(2);
  for (const settled of settle) settled(true);
  await vi.waitFor(() => expect(kept()).toBe(0));
});

test('a second resource does not get what is on its way to the first', async () => {
  await say(host, bob, ALICE, chat('one'));
  const phone = slowClient('phone');
  const laptop = slowClient('laptop');
  online(host, phone.client);
  online(host, laptop.client);
  expect(bodies(laptop.client)).toEqual([]);
  for (const settled of phone.settle) settled(true);
  online(host, laptop.client);
  await vi.waitFor(() => expect(kept()).toBe(0));
  online(host, laptop.client);
  expect(bodies(laptop.client)).toEqual([]);
});

test('what a client never acknowledged goes to the next, and is kept once', async () => {
  await say(host, bob, ALICE, chat('one'));
  const { client, settle } = slowClient('phone');
  online(host, client);
  host.sessions.end(client.session);
  for (const settled of settle) settled(false);
  await giveBack(host, client, ...client.received);
  expect(kept()).toBe(1);
  const laptop = slowClient('laptop');
  online(host, laptop.client);
  expect(bodies(laptop.client)).toEqual(['one']);
});

test('it goes at once to another resource that is there', async () => {
  await say(host, bob, ALICE, chat('one'));
  const phone = slowClient('phone');
  const laptop = slowClient('laptop');
  online(host, phone.client);
  online(host, laptop.client);
  host.sessions.end(phone.client.session);
  for (const settled of phone.settle) settled(false);
  await vi.waitFor(() => expect(bodies(laptop.client)).toEqual(['one']));
});

test('a resource of negative priority gets nothing until it becomes positive', async () => {
  await say(host, bob, ALICE, chat('one'));
  const { client } = slowClient('phone');
  online(host, client, -1);
  expect(bodies(client)).toEqual([]);
  online(host, client, 0);
  expect(bodies(client)).toEqual(['one']);
});

test.each<[string, Element]>([
  ['headline', xml('message', { type: 'headline' }, xml('body', {}, 'news'))],
  ['a chat state', xml('message', { type: 'chat' }, xml('active', { xmlns: 'http://jabber.org/protocol/chatstates' }))],
  ['error', xml('message', { type: 'error' }, xml('body', {}, 'hello'))],
])('%s is dropped without a word', async (_, stanza) => {
  await say(host, bob, ALICE, stanza);
  expect(kept()).toBe(0);
});

test.each<[string, Element]>([
  ['groupchat', xml('message', { type: 'groupchat' }, xml('body', {}, 'hello'))],
  ['<no-store/>', chat('hello', {}, xml('no-store', { xmlns: 'urn:xmpp:hints' }))],
])('%s is refused', async (_, stanza) => {
  await expect(say(host, bob, ALICE, stanza)).rejects.toThrow('service-unavailable');
  expect(kept()).toBe(0);
});

test('what comes when the store is full is refused, and is in no archive', async () => {
  const full = Array.from({ length: MAX_KEPT }, () =>
    change('offline message kept', { account: alice.id, id: host.store.newId(), atMs: 0, stanza: '<message/>' }),
  );
  await host.store.journal.commit(...full);
  await expect(say(host, bob, ALICE, chat('too much'))).rejects.toThrow('service-unavailable');
  expect(kept()).toBe(MAX_KEPT);
  expect(host.store.archive.ends(alice.id)).toBeUndefined();
});

test('a message that broke off with its session is kept once where nobody else is there', async () => {
  const { client } = slowClient('phone');
  online(host, client);
  await say(host, bob, ALICE, chat('one'));
  const atMs = host.clock.nowMs();
  host.clock.pass(600_000);
  host.sessions.end(client.session);
  await giveBack(host, client, ...client.received);
  expect(kept()).toBe(1);
  const laptop = slowClient('laptop');
  online(host, laptop.client);
  expect(bodies(laptop.client)).toEqual(['one']);
  const delay = laptop.client.received[0]?.getChild('delay', 'urn:xmpp:delay');
  expect(delay?.attrs.stamp).toBe(new Date(atMs).toISOString());
  expect(laptop.client.received[0]?.getChildren('stanza-id', 'urn:xmpp:sid:0')).toHaveLength(1);
});

test('it goes to a resource that came later, and not to one that has it already', async () => {
  const { client } = slowClient('phone');
  const early = slowClient('early');
  online(host, client);
  online(host, early.client);
  host.clock.pass(1000);
  await say(host, bob, ALICE, chat('one'));
  host.clock.pass(1000);
  const late = slowClient('late');
  online(host, late.client);
  host.sessions.end(client.session);
  await giveBack(host, client, ...client.received);
  expect(bodies(early.client)).toEqual(['one']);
  expect(bodies(late.client)).toEqual(['one']);
  expect(kept()).toBe(0);
});

test('carbons and headlines that broke off are let go, groupchat goes back to its room', async () => {
  const { client } = slowClient('phone');
  const from = { from: 'room@muc.test/nick', to: `${ALICE}/phone` };
  const carbon = xml('message', { ...from, type: 'chat' }, xml('sent', { xmlns: 'urn:xmpp:carbons:2' }));
  const headline = xml('message', { ...from, type: 'headline' });
  const groupchat = xml('message', { ...from, type: 'groupchat', id: 'g' }, xml('body', {}, 'hello'));
  host.sessions.end(client.session);
  await giveBack(host, client, carbon, headline, groupchat);
  expect(host.sent.map(({ attrs }) => [attrs.type, attrs.to, attrs.id])).toEqual([
    ['error', 'room@muc.test/nick', 'g'],
  ]);
  expect(kept()).toBe(0);
  await writtenThrough();
});

test('more than a stream takes at once comes in parts, each when the client has the one before', async () => {
  const sent = Array.from({ length: 25 }, (_, number) => `${number} ${'x'.repeat(100_000)}`);
  for (const text of sent) await say(host, bob, ALICE, chat(text));
  const { client, settle } = slowClient('phone');
  online(host, client);
  const first = client.received.length;
  expect(first).toBeLessThan(sent.length);
  for (const settled of settle.splice(0, first - 1)) settled(true);
  expect(client.received.length).toBe(first);
  while (settle.length > 0) for (const settled of settle.splice(0)) settled(true);
  expect(bodies(client)).toEqual(sent);
  await vi.waitFor(() => expect(kept()).toBe(0));
});
