import { beforeEach, expect, test } from 'vitest';
import { bookmarks } from '../../../xmpp/extensions/bookmarks.ts';
import { privateData } from '../../../xmpp/extensions/private-data.ts';
import { pubsub as nodes } from '../../../xmpp/extensions/pubsub/pubsub.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, payloadOf, type TestHost, testHost } from './harness.ts';
import { EVENT, errorOf, NS, publish, pubsub } from './pubsub/requests.ts';

const BOOKMARKS = 'urn:xmpp:bookmarks:1';
const OLD = 'storage:bookmarks';
const PRIVATE = { access_model: 'whitelist', max_items: 'max' };

let host: TestHost;
let alice: Client;

beforeEach(async () => {
  host = await testHost(nodes, privateData, bookmarks);
  alice = host.client(await host.member('alice'), 'phone');
  const features = new Set([`${BOOKMARKS}+notify`, `${OLD}+notify`]);
  host.hooks.run('features known', { account: alice.session.account, jid: alice.jid, features });
});

const conference = (xmlns: string | undefined, attrs: Record<string, string>, ...children: Element[]) =>
  xml('conference', xmlns === undefined ? attrs : { xmlns, ...attrs }, ...children);
const storage = (...children: Element[]) => xml('storage', { xmlns: OLD }, ...children);
const add = (id: string, attrs: Record<string, string>, ...children: Element[]) =>
  publish(host, alice, {
    node: BOOKMARKS,
    id,
    content: conference(BOOKMARKS, attrs, ...children),
    options: PRIVATE,
  });
const remove = (id: string) =>
  host.ask(alice, 'set', pubsub(NS, xml('retract', { node: BOOKMARKS, notify: 'true' }, xml('item', { id }))));
const setPrivate = (element: Element) => host.ask(alice, 'set', xml('query', { xmlns: 'jabber:iq:private' }, element));

const query = () => xml('query', { xmlns: 'jabber:iq:private' }, storage());
const inPrivate = async () =>
  payloadOf(await host.ask(alice, 'get', query()))
    .getChild('storage')
    ?.toString();
const inNode = (node: string) =>
  host.store.nodes.items(alice.session.account.id, node).map(({ id, payload }) => [id, payload]);

/** What was told, as `node: item or -retracted`. */
const told = () =>
  host.sent
    .splice(0)
    .flatMap((stanza) =>
      (stanza.getChild('event', EVENT)?.getChildren('items') ?? []).flatMap((items) =>
        items
          .getChildElements()
          .map(({ name, attrs }) => `${items.attrs.node}: ${name === 'retract' ? '-' : ''}${attrs.id}`),
      ),
    );

const CAVE =
  '<storage xmlns="storage:bookmarks"><conference jid="cave@r.test" name="Cave" autojoin="true"><nick>Al</nick></conference></storage>';

test('what is bookmarked in the present form is there in both of the old ones', async () => {
  await add('cave@r.test', { name: 'Cave', autojoin: '1' }, xml('nick', {}, 'Al'));
  expect(await inPrivate()).toBe(CAVE);
  expect(inNode(OLD)).toEqual([['current', CAVE]]);
  expect(told()).toEqual([`${BOOKMARKS}: cave@r.test`, `${OLD}: current`]);
  await remove('cave@r.test');
  expect(await inPrivate()).toBe('<storage xmlns="storage:bookmarks"/>');
  expect(told()).toEqual([`${BOOKMARKS}: -cave@r.test`, `${OLD}: current`]);
});

test('a list set in private storage is there as items; only what is different is told (XEP-0402 section 5.3.2)', async () => {
  await add('cave@r.test', { name: 'Cave' }, xml('extensions', {}, xml('state', { xmlns: 'urn:mine' })));
  await add('old@r.test', { name: 'Old' });
  told();
  const page = xml('url', { name: 'Home', url: 'https://a.test/' });
  const caves = [
    { jid: 'cave@r.test', name: 'Cave' },
    { jid: 'New@r.test/x', autojoin: 'true' },
    { name: 'no address' },
  ];
  await setPrivate(storage(...caves.map((attrs) => conference(undefined, attrs)), page));
  expect(inNode(BOOKMARKS)).toEqual([
    [
      'cave@r.test',
      '<conference xmlns="urn:xmpp:bookmarks:1" name="Cave"><extensions><state xmlns="urn:mine"/></extensions></conference>',
    ],
    ['new@r.test', '<conference xmlns="urn:xmpp:bookmarks:1" autojoin="true"/>'],
  ]);
  expect(told()).toEqual([`${OLD}: current`, `${BOOKMARKS}: new@r.test`, `${BOOKMARKS}: -old@r.test`]);
  await add('third@r.test', {});
  expect(await inPrivate()).toContain('<url name="Home" url="https://a.test/"/>');
});

test('and so is one published in the old node', async () => {
  const content = storage(conference(undefined, { jid: 'cave@r.test', autojoin: 'true' }));
  await publish(host, alice, { node: OLD, id: 'current', content, options: { access_model: 'whitelist' } });
  expect(inNode(BOOKMARKS).map(([id]) => id)).toEqual(['cave@r.test']);
  expect(await inPrivate()).toContain('cave@r.test');
  expect(told()).toEqual([`${OLD}: current`, `${BOOKMARKS}: cave@r.test`]);
});

test('the nodes that are made for it are private, and one that others see is left alone (XEP-0411 section 6)', async () => {
  await setPrivate(storage(conference(undefined, { jid: 'cave@r.test' })));
  const config = host.store.nodes.node(alice.session.account.id, BOOKMARKS)?.config;
  expect(config).toMatchObject({ access_model: 'whitelist', max_items: 'max', send_last_published_item: 'never' });
  const bob = host.client(await host.member('bob'), 'phone');
  const content = conference(BOOKMARKS, {});
  await publish(host, bob, { node: BOOKMARKS, id: 'open@r.test', content, options: { access_model: 'open' } });
  expect(host.store.extras.privateData(bob.session.account.id, 'storage', OLD)).toBeUndefined();
  expect(errorOf(await host.ask(bob, 'set', xml('query', { xmlns: 'jabber:iq:private' }, storage())))).toBeUndefined();
  expect(host.store.nodes.items(bob.session.account.id, BOOKMARKS)).toHaveLength(1);
});

test('clearing the old node away is no word about the rooms', async () => {
  await add('cave@r.test', { name: 'Cave', autojoin: '1' }, xml('nick', {}, 'Al'));
  await host.ask(alice, 'set', pubsub(`${NS}#owner`, xml('delete', { node: OLD })));
  expect(inNode(BOOKMARKS)).toHaveLength(1);
  expect(await inPrivate()).toBe(CAVE);
  await host.ask(alice, 'set', pubsub(`${NS}#owner`, xml('purge', { node: BOOKMARKS })));
  expect(await inPrivate()).toBe('<storage xmlns="storage:bookmarks"/>');
});
