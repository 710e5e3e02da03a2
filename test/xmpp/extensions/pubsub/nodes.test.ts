import { beforeEach, describe, expect, test } from 'vitest';
import { disco } from '../../../../xmpp/extensions/disco.ts';
import { pubsub as extension } from '../../../../xmpp/extensions/pubsub/pubsub.ts';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { type Client, payloadOf, type TestHost, testHost } from '../harness.ts';
import { EVENT, errorOf, form, get, idsOf, itemsOf, NS, OWNER, publish, pubsub, tune } from './requests.ts';

const ALICE = 'alice@casp3r.local';

let host: TestHost;
let alice: Client;
let friend: Client;
let stranger: Client;

beforeEach(async () => {
  host = await testHost(disco, extension);
  alice = host.client(await host.member('alice'), 'phone');
  friend = host.client(await host.member('friend'), 'x');
  stranger = host.client(await host.member('stranger'), 'x');
  await host.contact(alice.session.account, 'friend@casp3r.local', 'both');
});

const owner = (type: 'get' | 'set', action: Element, client = alice, to?: string) =>
  host.ask(client, type, pubsub(OWNER, action), to);
const create = (node: string | undefined, config?: Record<string, string>) =>
  host.ask(
    alice,
    'set',
    pubsub(NS, xml('create', { node }), config ? xml('configure', {}, form('node_config', config)) : null),
  );

describe('publishing', () => {
  test('makes the node on the spot and names the item, by the id given or one of its own', async () => {
    const given = payloadOf(await publish(host, alice, { id: 'one' }));
    expect(given.getChild('publish')?.getChild('item')?.attrs.id).toBe('one');
    const made = payloadOf(await publish(host, alice))
      .getChild('publish')
      ?.getChild('item')?.attrs.id;
    expect(made).toBeTruthy();
    const [item] = itemsOf(await get(host, alice));
    expect(item?.attrs).toMatchObject({ id: made, publisher: ALICE });
    expect(item?.getChild('tune', 'urn:tune')?.text()).toBe('x');
  });

  test('keeps one item unless told otherwise, and an item of the same id once', async () => {
    for (const id of ['one', 'two', 'two']) await publish(host, alice, { id });
    expect(idsOf(await get(host, alice))).toEqual(['two']);
  });

  test('keeps as many as max_items says', async () => {
    for (const id of ['one', 'two', 'three']) await publish(host, alice, { id, options: { max_items: '2' } });
    expect(idsOf(await get(host, alice))).toEqual(['two', 'three']);
  });

  test('bookmarks: private, all kept, of no use to anyone else (XEP-0402)', async () => {
    const options = {
      persist_items: 'true',
      max_items: 'max',
      send_last_published_item: 'never',
      access_model: 'whitelist',
    };
    for (const id of ['a@muc.test', 'b@muc.test', 'c@muc.test'])
      expect(errorOf(await publish(host, alice, { id, options }))).toBeUndefined();
    expect(idsOf(await get(host, alice))).toHaveLength(3);
    expect(errorOf(await get(host, friend, ALICE))).toBe('not-allowed/closed-node');
  });

  test.each<[string, Element | null | undefined, string]>([
    ['no payload', null, 'bad-request/payload-required'],
    ['a payload that is too big', tune('x'.repeat(200_001)), 'not-acceptable/payload-too-big'],
  ])('%s', async (_, content, error) => {
    expect(errorOf(await publish(host, alice, { content: content ?? null }))).toBe(error);
    expect(errorOf(await get(host, alice))).toBe('item-not-found');
  });

  test.each([
    [xml('publish', {}, xml('item', {}, tune())), 'bad-request/nodeid-required'],
    [xml('publish', { node: 'n' }), 'bad-request/item-required'],
    [xml('publish', { node: 'n' }, xml('item', {}, tune(), tune())), 'bad-request/invalid-payload'],
    [xml('publish', { node: 'n' }, xml('item', {}, tune()), xml('item', {}, tune())), 'bad-request'],
    [xml('publish', { node: 'n'.repeat(2000) }, xml('item', {}, tune())), 'not-acceptable'],
    [xml('nonsense'), 'bad-request'],
    [xml('subscribe', { node: 'n', jid: ALICE }), 'item-not-found'],
  ])('%s: %s', async (action, error) => {
    expect(errorOf(await host.ask(alice, 'set', pubsub(NS, action)))).toBe(error);
  });

  test('is for the owner only, as all that changes a node', async () => {
    await publish(host, alice, { id: 'one' });
    expect(errorOf(await publish(host, friend, { to: ALICE }))).toBe('forbidden');
    const retract = pubsub(NS, xml('retract', { node: 'urn:tune' }, xml('item', { id: 'one' })));
    expect(errorOf(await host.ask(friend, 'set', retract, ALICE))).toBe('forbidden');
    for (const name of ['delete', 'purge', 'configure'])
      expect(errorOf(await owner('set', xml(name, { node: 'urn:tune' }), friend, ALICE))).toBe('forbidden');
    expect(errorOf(await owner('get', xml('configure', { node: 'urn:tune' }), friend, ALICE))).toBe('forbidden');
    expect(idsOf(await get(host, alice))).toEqual(['one']);
  });
});

describe('publish-options', () => {
  test('are preconditions of a node that is there, which stays as it is', async () => {
    await publish(host, alice, { id: 'one' });
    const open = { options: { access_model: 'open' } };
    expect(errorOf(await publish(host, alice, { id: 'two', ...open }))).toBe('conflict/precondition-not-met');
    expect(errorOf(await get(host, stranger, ALICE))).toBe('not-authorized/presence-subscription-required');
    const met = { access_model: 'presence', persist_items: '1', max_items: '1', notify_retract: 'true' };
    expect(errorOf(await publish(host, alice, { id: 'three', options: met }))).toBeUndefined();
    expect(idsOf(await get(host, alice))).toEqual(['three']);
  });

  test('a number above what the server keeps is as good as max', async () => {
    await publish(host, alice, { options: { max_items: '100000' } });
    expect(errorOf(await publish(host, alice, { options: { max_items: 'max' } }))).toBeUndefined();
  });

  test('an unknown one refuses, and so does a value that is not to be had', async () => {
    expect(errorOf(await publish(host, alice, { options: { wonder: '1' } }))).toBe('conflict/precondition-not-met');
    expect(errorOf(await publish(host, alice, { options: { node_type: 'collection' } }))).toBe('not-acceptable');
    expect(errorOf(await get(host, alice))).toBe('item-not-found');
  });
});

describe('getting', () => {
  test('by the access model: presence, open, whitelist', async () => {
    await publish(host, alice, { id: 'one' });
    expect(idsOf(await get(host, friend, ALICE))).toEqual(['one']);
    expect(errorOf(await get(host, stranger, ALICE))).toBe('not-authorized/presence-subscription-required');
    await owner('set', xml('configure', { node: 'urn:tune' }, form('node_config', { access_model: 'open' })));
    expect(idsOf(await get(host, stranger, ALICE))).toEqual(['one']);
    await owner('set', xml('configure', { node: 'urn:tune' }, form('node_config', { access_model: 'whitelist' })));
    expect(errorOf(await get(host, friend, ALICE))).toBe('not-allowed/closed-node');
    expect(idsOf(await get(host, alice))).toEqual(['one']);
  });

  test('all, the last so many, by id, by page', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await publish(host, alice, { id, options: { max_items: 'max' } });
    expect(idsOf(await get(host, alice))).toEqual(['a', 'b', 'c', 'd']);
    expect(idsOf(await get(host, alice, undefined, { max_items: '2' }))).toEqual(['c', 'd']);
    expect(idsOf(await get(host, alice, undefined, { id: 'b' }))).toEqual(['b']);
    expect(idsOf(await get(host, alice, undefined, { id: 'none' }))).toEqual([]);
    const page = (...children: Element[]) => xml('set', { xmlns: 'http://jabber.org/protocol/rsm' }, ...children);
    const first = await get(host, alice, undefined, {}, page(xml('max', {}, '3')));
    expect(idsOf(first)).toEqual(['a', 'b', 'c']);
    expect(payloadOf(first).getChild('set')?.getChildText('count')).toBe('4');
    const next = await get(host, alice, undefined, {}, page(xml('max', {}, '3'), xml('after', {}, 'c')));
    expect(idsOf(next)).toEqual(['d']);
    const last = await get(host, alice, undefined, {}, page(xml('max', {}, '2'), xml('before')));
    expect(idsOf(last)).toEqual(['c', 'd']);
  });

  test('an answer that would grow too large holds the newest, and says that there is more', async () => {
    const content = tune('x'.repeat(190_000));
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
      await publish(host, alice, { id, content, options: { max_items: 'max' } });
    const reply = await get(host, alice);
    expect(idsOf(reply)).toEqual(['c', 'd', 'e', 'f', 'g']);
    expect(payloadOf(reply).getChild('set')?.getChildText('count')).toBe('7');
  });

  test('of a node that is not there, or keeps nothing', async () => {
    expect(errorOf(await get(host, alice))).toBe('item-not-found');
    await publish(host, alice, { options: { persist_items: 'false' } });
    expect(errorOf(await get(host, alice))).toBe('feature-not-implemented/unsupported persistent-items');
  });
});

describe('the life of a node', () => {
  test('made with its configuration, once; without a name it gets one', async () => {
    expect(errorOf(await create('urn:tune', { access_model: 'open', max_items: '7' }))).toBeUndefined();
    expect(errorOf(await create('urn:tune'))).toBe('conflict');
    expect(payloadOf(await create(undefined)).getChild('create')?.attrs.node).toBeTruthy();
    expect(errorOf(await create('other', { access_model: 'wonder' }))).toBe('not-acceptable/unsupported-access-model');
    expect(idsOf(await get(host, stranger, ALICE))).toEqual([]);
  });

  test('its configuration is told as it is, and the defaults beside it', async () => {
    await create('urn:tune', { title: 'Tunes', max_items: '7' });
    const valuesOf = (reply: Element, name: string) =>
      new Map(
        payloadOf(reply)
          .getChild(name)
          ?.getChild('x', 'jabber:x:data')
          ?.getChildren('field')
          .map((field) => [field.attrs.var, field.getChildText('value')]),
      );
    const config = valuesOf(await owner('get', xml('configure', { node: 'urn:tune' })), 'configure');
    expect(config.get('pubsub#title')).toBe('Tunes');
    expect(config.get('pubsub#max_items')).toBe('7');
    expect(config.get('pubsub#access_model')).toBe('presence');
    const defaults = valuesOf(await owner('get', xml('default')), 'default');
    expect(defaults.get('pubsub#max_items')).toBe('1');
    expect(defaults.get('pubsub#send_last_published_item')).toBe('on_sub_and_presence');
    expect(errorOf(await owner('get', xml('configure')))).toBe('bad-request/nodeid-required');
    expect(errorOf(await owner('get', xml('configure', { node: 'none' })))).toBe('item-not-found');
  });

  test('a form that was cancelled changes nothing; one that asks for too much is refused', async () => {
    await create('urn:tune');
    const cancel = xml('x', { xmlns: 'jabber:x:data', type: 'cancel' });
    expect(errorOf(await owner('set', xml('configure', { node: 'urn:tune' }, cancel)))).toBeUndefined();
    const impossible = form('node_config', { purge_offline: '1' });
    expect(errorOf(await owner('set', xml('configure', { node: 'urn:tune' }, impossible)))).toBe('not-acceptable');
    expect(errorOf(await owner('set', xml('configure', { node: 'urn:tune' })))).toBe('bad-request');
  });

  test('items are taken back, purged, and go with their node', async () => {
    for (const id of ['a', 'b', 'c']) await publish(host, alice, { id, options: { max_items: 'max' } });
    const retract = (id: string | undefined) =>
      host.ask(alice, 'set', pubsub(NS, xml('retract', { node: 'urn:tune' }, xml('item', { id }))));
    expect(errorOf(await retract('a'))).toBeUndefined();
    expect(errorOf(await retract('a'))).toBe('item-not-found');
    expect(errorOf(await retract(undefined))).toBe('bad-request/item-required');
    expect(idsOf(await get(host, alice))).toEqual(['b', 'c']);
    expect(errorOf(await owner('set', xml('purge', { node: 'urn:tune' })))).toBeUndefined();
    expect(idsOf(await get(host, alice))).toEqual([]);
    expect(errorOf(await owner('set', xml('delete', { node: 'urn:tune' })))).toBeUndefined();
    expect(errorOf(await get(host, alice))).toBe('item-not-found');
    expect(errorOf(await owner('set', xml('delete', { node: 'urn:tune' })))).toBe('item-not-found');
  });
});

test('nodes are items of the account, for those who may see them', async () => {
  await publish(host, alice, { id: 'one' });
  await publish(host, alice, { node: 'urn:secret', options: { access_model: 'whitelist' } });
  const query = (node?: string) => xml('query', { xmlns: 'http://jabber.org/protocol/disco#items', node });
  const nodesFor = async (client: Client, node?: string) =>
    payloadOf(await host.ask(client, 'get', query(node), ALICE))
      .getChildren('item')
      .map(({ attrs }) => attrs.node ?? attrs.name);
  expect(await nodesFor(alice)).toEqual(['urn:secret', 'urn:tune']);
  expect(await nodesFor(friend)).toEqual(['urn:tune']);
  expect(await nodesFor(friend, 'urn:tune')).toEqual(['one']);
  expect(errorOf(await host.ask(friend, 'get', query('urn:secret'), ALICE))).toBe('item-not-found');
  const info = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info', node: 'urn:tune' });
  expect(payloadOf(await host.ask(friend, 'get', info, ALICE)).getChild('identity')?.attrs.type).toBe('leaf');
});

test('nothing is told to anybody who did not ask', async () => {
  await publish(host, alice);
  expect(host.sent.filter((stanza) => stanza.getChild('event', EVENT))).toEqual([]);
});
