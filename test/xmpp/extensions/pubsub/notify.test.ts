import { beforeEach, expect, test } from 'vitest';
import { pubsub as extension } from '../../../../xmpp/extensions/pubsub/pubsub.ts';
import { Jid } from '../../../../xmpp/routing/jid.ts';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { type Client, type TestHost, testHost } from '../harness.ts';
import { EVENT, errorOf, form, get, idsOf, NS, OWNER, publish, pubsub, tune } from './requests.ts';

const ALICE = 'alice@casp3r.local';
const FRIEND = 'friend@b.test';
const NOTIFY = 'urn:tune+notify';

let host: TestHost;
let alice: Client;

beforeEach(async () => {
  host = await testHost(extension);
  alice = host.client(await host.member('alice'), 'phone');
  await host.contact(alice.session.account, FRIEND, 'both');
});

/** As extensions/caps.ts tells it. */
function comes(jid: string, ...features: string[]): void {
  const event = { account: alice.session.account, jid: Jid.parse(jid), features: new Set(features) };
  host.hooks.run('features known', event);
}

function goes(jid: string): void {
  host.hooks.run('features forgotten', { account: alice.session.account, jid: Jid.parse(jid) });
}

/** The events sent since the last call: who got which child of `<event/>`. */
function events(): { to: string | undefined; what: Element; message: Element }[] {
  return host.sent.splice(0).flatMap((message) => {
    const [what] = message.getChild('event', EVENT)?.getChildElements() ?? [];
    return what ? [{ to: message.attrs.to, what, message }] : [];
  });
}

const recipients = () => events().map(({ to }) => to);
const set = (xmlns: string, action: Element) => host.ask(alice, 'set', pubsub(xmlns, action));

test('what is published goes to each resource that asked for it, of contacts and of the owner', async () => {
  comes(`${ALICE}/phone`, NOTIFY);
  comes(`${ALICE}/laptop`, 'urn:other+notify');
  comes(`${FRIEND}/a`, NOTIFY);
  comes(`${FRIEND}/b`, 'urn:tune');
  await publish(host, alice, { id: 'one', content: tune('song') });
  const sent = events();
  expect(sent.map(({ to }) => to)).toEqual([`${ALICE}/phone`, `${FRIEND}/a`]);
  expect(sent[1]?.message.attrs).toMatchObject({ type: 'headline', from: ALICE });
  const item = sent[1]?.what.getChild('item');
  expect(sent[1]?.what.attrs.node).toBe('urn:tune');
  expect(item?.attrs).toMatchObject({ id: 'one', publisher: ALICE });
  expect(item?.getChild('tune', 'urn:tune')?.text()).toBe('song');
});

test('who may not see the node hears nothing, whatever it asks for', async () => {
  await host.contact(alice.session.account, 'watched@b.test', 'to');
  comes('watched@b.test/x', NOTIFY);
  comes(`${FRIEND}/a`, NOTIFY, 'urn:secret+notify');
  comes(`${ALICE}/phone`, 'urn:secret+notify');
  await publish(host, alice, { options: { access_model: 'open' } });
  expect(recipients()).toEqual([`${FRIEND}/a`]);
  await publish(host, alice, { node: 'urn:secret', options: { access_model: 'whitelist' } });
  expect(recipients()).toEqual([`${ALICE}/phone`]);
});

test('who is blocked hears nothing', async () => {
  host.hooks.on('presence to contact', (event) => {
    event.drop = event.contact.bare.toString() === FRIEND;
  });
  comes(`${FRIEND}/a`, NOTIFY);
  await publish(host, alice);
  expect(recipients()).toEqual([]);
});

test('the last item is sent to who comes online, once, with its time', async () => {
  await publish(host, alice, { id: 'one', options: { max_items: '5' } });
  await publish(host, alice, { id: 'two', options: { max_items: '5' } });
  const publishedMs = host.clock.nowMs();
  host.clock.pass(60_000);
  comes(`${FRIEND}/a`, NOTIFY);
  comes(`${FRIEND}/a`, NOTIFY, 'urn:more+notify');
  const sent = events();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.to).toBe(`${FRIEND}/a`);
  expect(sent[0]?.what.getChildren('item').map(({ attrs }) => attrs.id)).toEqual(['two']);
  const delay = sent[0]?.message.getChild('delay', 'urn:xmpp:delay');
  expect(delay?.attrs.stamp).toBe(new Date(publishedMs).toISOString());
  goes(`${FRIEND}/a`);
  comes(`${FRIEND}/a`, NOTIFY);
  expect(recipients()).toEqual([`${FRIEND}/a`]);
  comes(`${ALICE}/phone`, NOTIFY);
  expect(recipients()).toEqual([`${ALICE}/phone`]);
});

test('a node that says never sends no last item', async () => {
  await publish(host, alice, { options: { send_last_published_item: 'never' } });
  comes(`${FRIEND}/a`, NOTIFY);
  expect(recipients()).toEqual([]);
});

test('who went offline is told nothing', async () => {
  comes(`${FRIEND}/a`, NOTIFY);
  goes(`${FRIEND}/a`);
  await publish(host, alice);
  expect(recipients()).toEqual([]);
});

test('what is taken back, purged, reconfigured or deleted is told, as the node is configured', async () => {
  comes(`${FRIEND}/a`, NOTIFY);
  await publish(host, alice, { id: 'one', options: { max_items: '5' } });
  await publish(host, alice, { id: 'two' });
  events();
  const told = () => events().map(({ what }) => what.toString());
  const retract = (notify: string | undefined, id: string) =>
    set(NS, xml('retract', { node: 'urn:tune', notify }, xml('item', { id })));
  await retract(undefined, 'one');
  expect(told()).toEqual(['<items node="urn:tune"><retract id="one"/></items>']);
  const quiet = form('node_config', { notify_retract: '0', notify_config: '1' });
  await set(OWNER, xml('configure', { node: 'urn:tune' }, quiet));
  expect(events()[0]?.what.name).toBe('configuration');
  await retract(undefined, 'two');
  expect(told()).toEqual([]);
  await publish(host, alice, { id: 'three' });
  events();
  await retract('true', 'three');
  expect(told()).toHaveLength(1);
  await set(OWNER, xml('purge', { node: 'urn:tune' }));
  expect(told()).toEqual(['<purge node="urn:tune"/>']);
  await set(OWNER, xml('delete', { node: 'urn:tune' }));
  expect(told()).toEqual(['<delete node="urn:tune"/>']);
});

test('a node that keeps nothing tells of what is published all the same', async () => {
  comes(`${FRIEND}/a`, NOTIFY);
  await publish(host, alice, { id: 'one', content: tune('song'), options: { persist_items: 'false' } });
  expect(events()[0]?.what.getChild('item')?.getChild('tune')?.text()).toBe('song');
  expect(host.store.nodes.items(alice.session.account.id, 'urn:tune')).toEqual([]);
});

test('a node that only tells that something happened takes no item (section 7.1.3.6)', async () => {
  comes(`${FRIEND}/a`, NOTIFY);
  const options = form('publish-options', { persist_items: 'false', deliver_payloads: 'false' });
  const send = (...items: Element[]) =>
    host.ask(
      alice,
      'set',
      pubsub(NS, xml('publish', { node: 'urn:tune' }, ...items), xml('publish-options', {}, options)),
    );
  expect(errorOf(await send(xml('item', {}, tune())))).toBe('bad-request/item-forbidden');
  expect(errorOf(await send())).toBeUndefined();
  expect(events().map(({ what }) => what.toString())).toEqual(['<items node="urn:tune"/>']);
});

test('without payloads it names the item, which may be empty', async () => {
  comes(`${FRIEND}/a`, NOTIFY);
  await publish(host, alice, { id: 'one', content: null, options: { deliver_payloads: 'false' } });
  await publish(host, alice, { id: 'two' });
  expect(events().map(({ what }) => what.getChild('item')?.attrs.id)).toEqual(['one', 'two']);
  expect(idsOf(await get(host, alice))).toEqual(['two']);
});

test('those who see the presence learn which resource published (XEP-0163 section 4.3.1), unless items name nobody', async () => {
  comes(`${FRIEND}/a`, NOTIFY);
  await publish(host, alice, { id: 'one' });
  await set(OWNER, xml('configure', { node: 'urn:tune' }, form('node_config', { itemreply: 'none' })));
  await publish(host, alice, { id: 'two' });
  const [named, unnamed] = events();
  const replyTo = named?.message.getChild('addresses', 'http://jabber.org/protocol/address')?.getChild('address');
  expect(replyTo?.attrs).toEqual({ type: 'replyto', jid: `${ALICE}/phone` });
  expect(unnamed?.message.getChild('addresses')).toBeUndefined();
  expect(unnamed?.what.getChild('item')?.attrs.publisher).toBeUndefined();
});

test('what new items push out is told, unless the node discards in silence (section 7.1.2.5)', async () => {
  comes(`${FRIEND}/a`, NOTIFY);
  for (const id of ['one', 'two', 'three']) await publish(host, alice, { id, options: { max_items: '2' } });
  expect(events().map(({ what }) => what.getChildElements()[0]?.toString().slice(0, 20))).toEqual([
    '<item id="one" publi',
    '<item id="two" publi',
    '<retract id="one"/>',
    '<item id="three" pub',
  ]);
  await set(
    OWNER,
    xml('configure', { node: 'urn:tune' }, form('node_config', { publish_node_full: 'discard-oldest' })),
  );
  await publish(host, alice, { id: 'four' });
  expect(events()).toHaveLength(1);
  expect(idsOf(await get(host, alice))).toEqual(['three', 'four']);
});

test('who may see a node only now gets its last item', async () => {
  comes(`${FRIEND}/a`, NOTIFY);
  await publish(host, alice, { id: 'one', options: { access_model: 'whitelist' } });
  expect(recipients()).toEqual([]);
  await set(OWNER, xml('configure', { node: 'urn:tune' }, form('node_config', { access_model: 'presence' })));
  expect(recipients()).toEqual([`${FRIEND}/a`]);
});
