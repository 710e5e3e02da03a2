import { expect, test } from 'vitest';
import { privateData } from '../../../xmpp/extensions/private-data.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { conditionOf, payloadOf, testHost } from './harness.ts';

const query = (...children: Element[]) => xml('query', { xmlns: 'jabber:iq:private' }, ...children);
const prefs = (nick: string) => xml('exodus', { xmlns: 'exodus:prefs' }, xml('defaultnick', {}, nick));

async function setUp() {
  const host = await testHost(privateData);
  const phone = host.client(await host.member('hamlet'), 'phone');
  return { host, phone };
}

test('what was stored comes back as it was, and the newest of a name and namespace', async () => {
  const { host, phone } = await setUp();
  for (const nick of ['Ham', 'Hamlet & co'])
    expect((await host.ask(phone, 'set', query(prefs(nick), xml('other', { xmlns: 'other:ns' })))).attrs.type).toBe(
      'result',
    );
  const found = payloadOf(await host.ask(phone, 'get', query(xml('exodus', { xmlns: 'exodus:prefs' }))));
  expect(found.toString()).toBe(query(prefs('Hamlet & co')).toString());
});

test('what was never stored comes back empty', async () => {
  const { host, phone } = await setUp();
  const asked = query(xml('storage', { xmlns: 'storage:bookmarks' }));
  expect(payloadOf(await host.ask(phone, 'get', asked)).toString()).toBe(asked.toString());
});

test('each member has its own', async () => {
  const { host, phone } = await setUp();
  await host.ask(phone, 'set', query(prefs('Hamlet')));
  const macbeth = host.client(await host.member('macbeth'), 'phone');
  const found = payloadOf(await host.ask(macbeth, 'get', query(xml('exodus', { xmlns: 'exodus:prefs' }))));
  expect(found.toString()).not.toContain('Hamlet');
});

test.each([
  ['nothing', query()],
  ['an element without a namespace of its own', query(xml('exodus'))],
  ['one in the namespace of the query', query(xml('exodus', { xmlns: 'jabber:iq:private' }))],
])('%s is not acceptable', async (_, payload) => {
  const { host, phone } = await setUp();
  expect(conditionOf(await host.ask(phone, 'set', payload))).toBe('not-acceptable');
  expect(conditionOf(await host.ask(phone, 'get', payload))).toBe('not-acceptable');
});

test('two namespaces cannot be asked for at once', async () => {
  const { host, phone } = await setUp();
  const asked = query(xml('a', { xmlns: 'a:ns' }), xml('b', { xmlns: 'b:ns' }));
  expect(conditionOf(await host.ask(phone, 'get', asked))).toBe('bad-request');
});

test('it is for the owner alone', async () => {
  const { host } = await setUp();
  for (const type of ['get', 'set'] as const)
    expect(host.iq.find(type, 'account', query())).toMatchObject({ access: 'owner' });
});
