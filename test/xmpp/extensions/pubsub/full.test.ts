/** Nodes that hold much, are full, or hold what does not last. */
import { beforeEach, expect, test } from 'vitest';
import { pubsub as extension } from '../../../../xmpp/extensions/pubsub/pubsub.ts';
import { change } from '../../../../xmpp/store/changes.ts';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { type Client, payloadOf, type TestHost, testHost } from '../harness.ts';
import { errorOf, form, get, idsOf, NS, OWNER, publish, pubsub, tune } from './requests.ts';

const NODE = 'urn:tune';

let host: TestHost;
let alice: Client;

beforeEach(async () => {
  host = await testHost(extension);
  alice = host.client(await host.member('alice'), 'phone');
});

const page = (...children: Element[]) => xml('set', { xmlns: 'http://jabber.org/protocol/rsm' }, ...children);
const configure = (fields: Record<string, string>) =>
  host.ask(alice, 'set', pubsub(OWNER, xml('configure', { node: NODE }, form('node_config', fields))));

test('a full node that rejects takes no new item, but one that it has (section 7.1.3.4)', async () => {
  const options = { max_items: '2', publish_node_full: 'reject' };
  for (const id of ['a', 'b']) await publish(host, alice, { id, options });
  expect(errorOf(await publish(host, alice, { id: 'c' }))).toBe('conflict/node-full');
  expect(errorOf(await publish(host, alice, { id: 'a' }))).toBeUndefined();
  expect(idsOf(await get(host, alice))).toEqual(['b', 'a']);
});

test('items expire: they are told no more, leave room, and are gone by the next night', async () => {
  const options = { max_items: '2', item_expire: '60', publish_node_full: 'reject' };
  await publish(host, alice, { id: 'a', options });
  host.clock.pass(30_000);
  await publish(host, alice, { id: 'b' });
  host.clock.pass(31_000);
  expect(idsOf(await get(host, alice))).toEqual(['b']);
  expect(idsOf(await get(host, alice, undefined, { id: 'a' }))).toEqual([]);
  expect(errorOf(await publish(host, alice, { id: 'c' }))).toBeUndefined();
  host.clock.pass(61_000);
  const { work } = host.hooks.run('night', { work: [] });
  for (const run of work) await run();
  expect(host.store.nodes.items(alice.session.account.id, NODE)).toEqual([]);
});

test('a payload of another namespace than the node is for', async () => {
  await publish(host, alice, { id: 'a', options: { type: 'urn:tune' } });
  const other = xml('mood', { xmlns: 'urn:mood' });
  expect(errorOf(await publish(host, alice, { content: other }))).toBe('bad-request/invalid-payload');
});

test('more items than one answer holds are read in pages (XEP-0059)', async () => {
  await publish(host, alice, { id: 'first', options: { max_items: 'max' } });
  const [template] = host.store.nodes.items(alice.session.account.id, NODE);
  if (!template) throw new Error('nothing is kept');
  const items = Array.from({ length: 1500 }, (_, index) =>
    change('item published', { ...template, id: `n${index}`, keep: 20_000 }),
  );
  await host.store.journal.commit(...items);
  await publish(host, alice, { id: 'last', content: tune() });
  const reply = await get(host, alice, undefined, {}, page(xml('max', {}, '3'), xml('after', {}, 'n700')));
  expect(idsOf(reply)).toEqual(['n701', 'n702', 'n703']);
  const set = payloadOf(reply).getChild('set');
  expect([set?.getChildText('count'), set?.getChild('first')?.attrs.index]).toEqual(['1502', '702']);
  expect(idsOf(await get(host, alice, undefined, { max_items: '2' }))).toEqual(['n1499', 'last']);
  expect(idsOf(await get(host, alice))).toHaveLength(1000);
  const gone = page(xml('max', {}, '3'), xml('after', {}, 'none'));
  expect(errorOf(await get(host, alice, undefined, {}, gone))).toBe('item-not-found');
});

test('what a node is, is told as a form (section 5.4)', async () => {
  await publish(host, alice, { options: { access_model: 'open', title: 'Tunes', contact: 'bard@b.test' } });
  const asker = alice.jid.bare;
  const event = {
    account: alice.session.account,
    asker,
    to: asker,
    node: NODE,
    known: false,
    items: [],
    identities: [],
    features: [],
  };
  const { forms } = host.hooks.run('account disco info', { ...event, forms: [] });
  const values = new Map(forms[0]?.getChildren('field').map((field) => [field.attrs.var, field.getChildText('value')]));
  expect(values.get('FORM_TYPE')).toBe(`${NS}#meta-data`);
  expect(values.get('pubsub#title')).toBe('Tunes');
  expect(values.get('pubsub#owner')).toBe('alice@casp3r.local');
  expect(values.get('pubsub#contact')).toBe('bard@b.test');
  expect(values.get('pubsub#creation_date')).toBe(new Date(host.clock.nowMs()).toISOString());
});

test('the options of an earlier configuration stay where a later one does not name them', async () => {
  await publish(host, alice, { options: { access_model: 'open', max_items: '7' } });
  await configure({ title: 'Tunes' });
  const options = { access_model: 'open', max_items: '7', title: 'Tunes' };
  expect(errorOf(await publish(host, alice, { options }))).toBeUndefined();
});
