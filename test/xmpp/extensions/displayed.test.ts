import { beforeEach, expect, test } from 'vitest';
import { displayed } from '../../../xmpp/extensions/displayed.ts';
import { pubsub as nodes } from '../../../xmpp/extensions/pubsub/pubsub.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, type TestHost, testHost } from './harness.ts';

const NS = 'urn:xmpp:mds:displayed:0';
const BOB = 'bob@b.test';

let host: TestHost;
let ann: Client;

beforeEach(async () => {
  host = await testHost(nodes, displayed);
  ann = host.client(await host.member('ann'), 'phone');
});

const marker = () => xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: 'their-id' });
const mark = (id: string) =>
  xml('displayed', { xmlns: NS }, xml('stanza-id', { xmlns: 'urn:xmpp:sid:0', by: 'ann@casp3r.local', id }));

async function send(to: string, ...children: Element[]): Promise<Element> {
  const stanza = xml('message', { to, type: 'chat' }, ...children);
  const event = { session: ann.session, stanza, from: ann.jid, to: Jid.parse(to), drop: false };
  host.hooks.run('stanza from session', event);
  await host.turns.run(ann.session.account.id, async () => {});
  return stanza;
}

const items = () => host.store.nodes.items(ann.session.account.id, NS).map(({ id, payload }) => [id, payload]);

test('it becomes an item named by the recipient, in a private node, and the message goes on without it', async () => {
  const features = new Set([`${NS}+notify`]);
  host.hooks.run('features known', { account: ann.session.account, jid: ann.jid, features });
  const sent = await send(BOB, marker(), mark('one'));
  expect(sent.getChildElements().map((child) => child.getNS())).toEqual(['urn:xmpp:chat-markers:0']);
  expect(items()).toEqual([[BOB, mark('one').toString()]]);
  expect(host.store.nodes.node(ann.session.account.id, NS)?.config).toMatchObject({
    access_model: 'whitelist',
    max_items: 'max',
    send_last_published_item: 'never',
  });
  expect(host.sent.map(({ attrs }) => attrs.to)).toEqual([ann.jid.toString()]);
  await send(BOB, marker(), mark('two'));
  await send('room@r.test', marker(), mark('three'));
  expect(items().map(([id]) => id)).toEqual([BOB, 'room@r.test']);
});

test('one that says nothing is taken out all the same', async () => {
  const sent = await send(BOB, marker(), xml('displayed', { xmlns: NS }));
  expect(sent.getChild('displayed', NS)).toBeUndefined();
  expect(items()).toEqual([]);
});
