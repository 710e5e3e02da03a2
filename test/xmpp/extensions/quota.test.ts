/** What one member may keep on the box, in bytes. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Quotas } from '../../../xmpp/config.ts';
import { archive } from '../../../xmpp/extensions/archive/archive.ts';
import { offline } from '../../../xmpp/extensions/offline.ts';
import { privateData } from '../../../xmpp/extensions/private-data.ts';
import { pubsub } from '../../../xmpp/extensions/pubsub/pubsub.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Box, iq, openBox } from '../im/box.ts';
import { type Client, conditionOf, testConfig } from './harness.ts';

const NS_PRIVATE = 'jabber:iq:private';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NODE = 'urn:example:notes';

let box: Box;
let ann: Client;
let bob: Client;

beforeEach(async () => {
  const opened = await openBox([archive, offline, privateData, pubsub]);
  onTestFinished(opened.close);
  box = opened.box;
  ann = await box.online(box.near, await box.member(box.near, 'ann'), 'desk');
  bob = await box.online(box.near, await box.member(box.near, 'bob'), 'desk');
});

/** Until the end of the test. */
function allow(quotas: Partial<Quotas>): void {
  const before = testConfig.quotas;
  Object.assign(testConfig, { quotas: { ...before, ...quotas } });
  onTestFinished(() => void Object.assign(testConfig, { quotas: before }));
}

/** `result`, or the condition of the error. */
async function outcome(client: Client, type: 'get' | 'set', payload: Element): Promise<string | undefined> {
  client.received.length = 0;
  await box.says(client, iq(type, payload));
  const reply = client.received.find(({ name }) => name === 'iq');
  return reply && (conditionOf(reply) ?? reply.attrs.type);
}

const setting = (name: string, text: string) =>
  xml('query', { xmlns: NS_PRIVATE }, xml(name, { xmlns: 'urn:example:settings' }, text));

const note = (node: string, text: string) =>
  xml(
    'pubsub',
    { xmlns: NS_PUBSUB },
    xml('publish', { node }, xml('item', { id: 'current' }, xml('note', { xmlns: node }, text))),
  );

test('private data beyond it is refused; what is there stays, and may become less', async () => {
  allow({ private: 200 });
  expect(await outcome(ann, 'set', setting('one', 'x'.repeat(100)))).toBe('result');
  expect(await outcome(ann, 'set', setting('two', 'x'.repeat(100)))).toBe('resource-constraint');
  expect(await outcome(ann, 'set', setting('one', 'y'.repeat(110)))).toBe('result');
  expect(await outcome(bob, 'set', setting('two', 'x'.repeat(100)))).toBe('result');
  allow({ private: 50 });
  expect(await outcome(ann, 'set', setting('one', 'z'.repeat(111)))).toBe('resource-constraint');
  expect(await outcome(ann, 'get', setting('one', ''))).toBe('result');
  expect(ann.received.map(String).join()).toContain('y'.repeat(110));
  expect(await outcome(ann, 'set', setting('one', 'z'.repeat(90)))).toBe('result');
});

test('items beyond it are refused; one that replaces another counts for what it is longer', async () => {
  allow({ nodes: 200 });
  expect(await outcome(ann, 'set', note(NODE, 'x'.repeat(100)))).toBe('result');
  expect(await outcome(ann, 'set', note(`${NODE}:more`, 'x'.repeat(100)))).toBe('resource-constraint');
  expect(await outcome(ann, 'set', note(NODE, 'y'.repeat(120)))).toBe('result');
  expect(await outcome(bob, 'set', note(NODE, 'x'.repeat(100)))).toBe('result');
  const retract = xml('retract', { node: NODE }, xml('item', { id: 'current' }));
  expect(await outcome(ann, 'set', xml('pubsub', { xmlns: NS_PUBSUB }, retract))).toBe('result');
  expect(await outcome(ann, 'set', note(`${NODE}:more`, 'x'.repeat(100)))).toBe('result');
});

async function say(from: Client, to: Client, body: string): Promise<string[]> {
  for (const client of [from, to]) client.received.length = 0;
  await box.says(from, xml('message', { type: 'chat', to: to.jid.bare.toString() }, xml('body', {}, body)));
  return [from, to].flatMap(({ received }) =>
    received.map((stanza) => conditionOf(stanza) ?? stanza.getChildText('body') ?? ''),
  );
}

const kept = ({ session: { account } }: Client) =>
  box.store.archive.page({ account: account.id, limit: 10, fromEnd: false }).total;

test('a full archive takes no more: its owner is told, what others write still comes', async () => {
  expect(await say(ann, bob, 'before')).toEqual(['before']);
  allow({ archive: box.store.kept.bytes(ann.session.account.id, 'archive') + 10 });
  expect(await say(ann, bob, 'mine')).toEqual(['resource-constraint']);
  const cat = await box.online(box.other, await box.member(box.other, 'cat'), 'desk');
  allow({ archive: 0 });
  expect(await say(cat, ann, 'yours')).toEqual(['yours']);
  expect([kept(ann), kept(cat)]).toEqual([2, 1]);
  allow({ archive: box.store.kept.bytes(ann.session.account.id, 'archive') });
  // Cat's own archive holds less, so that only Ann's is full.
  expect(await say(cat, ann, 'more')).toEqual(['more']);
  expect([kept(ann), kept(cat)]).toEqual([2, 2]);
  expect(await say(ann, bob, 'mine')).toEqual(['resource-constraint']);
});
