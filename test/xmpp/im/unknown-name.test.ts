/** RFC 6121 section 8.5.1: strangers from elsewhere cannot tell a name that nobody has from a member who is away. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archive } from '../../../xmpp/extensions/archive/archive.ts';
import { commands } from '../../../xmpp/extensions/commands.ts';
import { disco } from '../../../xmpp/extensions/disco.ts';
import { lastActivity } from '../../../xmpp/extensions/last-activity.ts';
import { offline } from '../../../xmpp/extensions/offline.ts';
import { ping } from '../../../xmpp/extensions/ping.ts';
import { privateData } from '../../../xmpp/extensions/private-data.ts';
import { pubsub } from '../../../xmpp/extensions/pubsub/pubsub.ts';
import { vcardTemp } from '../../../xmpp/extensions/vcard-temp.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Box, openBox } from './box.ts';

const STRANGER = 'mallory@far.example/cave';
const NS_HINTS = 'urn:xmpp:hints';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_INFO = 'http://jabber.org/protocol/disco#info';

let box: Box;
let close: () => Promise<void>;
let member: string;

beforeAll(async () => {
  const extensions = [archive, commands, disco, lastActivity, offline, ping, privateData, pubsub, vcardTemp];
  ({ box, close } = await openBox(extensions));
  const account = await box.member(box.near);
  member = account.local;
  // A node that only contacts see.
  const node = 'http://jabber.org/protocol/nick';
  const item = xml('item', { id: 'current' }, xml('nick', { xmlns: node }, 'Em'));
  const publish = xml('pubsub', { xmlns: NS_PUBSUB }, xml('publish', { node }, item));
  const client = box.client(box.near, account, 'desk');
  await box.says(client, xml('iq', { type: 'set', id: 'publish' }, publish));
  expect(client.received.map(({ attrs }) => attrs.type)).toEqual(['result']);
  box.near.sessions.end(client.session);
});

afterAll(() => close());

const body = () => xml('body', {}, 'Anyone there?');
const message = (type: string | undefined, ...children: Element[]) => xml('message', { type, id: 'x' }, ...children);
const ask = (type: string, payload: Element) => xml('iq', { type, id: 'x' }, payload);
const nodes = (...children: Element[]) => xml('pubsub', { xmlns: NS_PUBSUB }, ...children);

const STANZAS: [string, () => Element][] = [
  ...['normal', 'chat', 'groupchat', 'headline', 'error', undefined].map((type): [string, () => Element] => [
    `a message of type ${type}`,
    () => message(type, body()),
  ]),
  ['a message that is not to be stored', () => message('chat', body(), xml('no-store', { xmlns: NS_HINTS }))],
  ['a chat state', () => message('chat', xml('active', { xmlns: 'http://jabber.org/protocol/chatstates' }))],
  ['a message without a body', () => message(undefined)],
  ...['subscribe', 'unsubscribe', 'probe', undefined].map((type): [string, () => Element] => [
    `a presence of type ${type}`,
    () => xml('presence', { type, id: 'x' }),
  ]),
  ['an info query', () => ask('get', xml('query', { xmlns: NS_INFO }))],
  ['a ping', () => ask('get', xml('ping', { xmlns: 'urn:xmpp:ping' }))],
  ['a query of the archive', () => ask('set', xml('query', { xmlns: 'urn:xmpp:mam:2' }))],
  ['a query of the roster', () => ask('get', xml('query', { xmlns: 'jabber:iq:roster' }))],
  ['a query of the last activity', () => ask('get', xml('query', { xmlns: 'jabber:iq:last' }))],
  ['a query of private data', () => ask('get', xml('query', { xmlns: 'jabber:iq:private' }, xml('a', { xmlns: 'b' })))],
  ['a query of the vCard', () => ask('get', xml('vCard', { xmlns: 'vcard-temp' }))],
  ['a command', () => ask('set', xml('command', { xmlns: 'http://jabber.org/protocol/commands', node: 'x' }))],
  ['a query of a node', () => ask('get', nodes(xml('items', { node: 'http://jabber.org/protocol/nick' })))],
  ['a query of a node that is not there', () => ask('get', nodes(xml('items', { node: 'none' })))],
  ['a query that means nothing', () => ask('get', nodes())],
  ['a subscription to a node', () => ask('set', nodes(xml('subscribe', { node: 'none', jid: STRANGER })))],
  ['a new node', () => ask('set', nodes(xml('create', { node: 'none' })))],
];

/** What comes back to the stranger, the name taken out. */
async function answers(stanza: Element, name: string, resource: string): Promise<string[]> {
  Object.assign(stanza.attrs, { from: STRANGER, to: `${name}@near.example${resource}` });
  box.abroad.length = 0;
  await box.fromAfar(stanza);
  return box.abroad.map((answer) => answer.toString().replaceAll(name, 'NAME'));
}

test.each(STANZAS)('%s', async (_, make) => {
  for (const resource of ['', '/desk'])
    expect(await answers(make(), 'nobody', resource)).toEqual(await answers(make(), member, resource));
});

test('a member hears that nobody has the name', async () => {
  const client = box.client(box.near, await box.member(box.near), 'desk');
  await box.says(client, xml('message', { to: 'nobody@near.example', type: 'chat' }, body()));
  expect(client.received.map(({ attrs }) => attrs.type)).toEqual(['error']);
});
