/** The host's own service, over the real way of a stanza. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { pubsub as extension } from '../../../../xmpp/extensions/pubsub/pubsub.ts';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { type Box, iq, openBox } from '../../im/box.ts';
import { type Client, payloadOf } from '../harness.ts';
import { EVENT, errorOf, form, idsOf, NS, OWNER, pubsub, tune } from './requests.ts';

const SERVICE = 'pubsub.near.example';
const AFAR = 'romeo@far.example';

let box: Box;
let ann: Client;
let bob: Client;

beforeEach(async () => {
  const opened = await openBox([extension]);
  onTestFinished(opened.close);
  box = opened.box;
  ann = await box.online(box.near, await box.member(box.near, 'ann'), 'desk');
  bob = await box.online(box.near, await box.member(box.near, 'bob'), 'desk');
});

const bareOf = (client: Client) => client.jid.bare.toString();

async function ask(client: Client, type: 'get' | 'set', payload: Element, to = SERVICE): Promise<Element> {
  const request = iq(type, payload, to);
  await box.says(client, request);
  const reply = client.received.find(({ name, attrs }) => name === 'iq' && attrs.id === request.attrs.id);
  if (!reply) throw new Error(`no answer to ${request}`);
  client.received.splice(client.received.indexOf(reply), 1);
  return reply;
}

async function askFromAfar(type: 'get' | 'set', payload: Element): Promise<Element | undefined> {
  const request = iq(type, payload, SERVICE);
  request.attrs.from = `${AFAR}/orchard`;
  await box.fromAfar(request);
  const index = box.abroad.findIndex(({ attrs }) => attrs.id === request.attrs.id);
  return index === -1 ? undefined : box.abroad.splice(index, 1)[0];
}

const set = (client: Client, action: Element, xmlns = NS) => ask(client, 'set', pubsub(xmlns, action));
const create = (fields: Record<string, string> = {}, client = ann) =>
  ask(client, 'set', pubsub(NS, xml('create', { node: 'news' }), xml('configure', {}, form('node_config', fields))));
const publish = (id: string, client = ann, node = 'news') =>
  set(client, xml('publish', { node }, xml('item', { id }, tune(id))));
const subscribe = (client: Client) => set(client, xml('subscribe', { node: 'news', jid: bareOf(client) }));
const read = (client: Client) => ask(client, 'get', pubsub(NS, xml('items', { node: 'news' })));
const affiliate = (jid: string, affiliation: string, client = ann) =>
  set(client, xml('affiliations', { node: 'news' }, xml('affiliation', { jid, affiliation })), OWNER);

const events = (client: Client) =>
  client.received.splice(0).flatMap((stanza) => stanza.getChild('event', EVENT)?.getChildElements().map(String) ?? []);

test('a member makes a node, which is open unless it says otherwise, and subscribers hear of it', async () => {
  expect(errorOf(await create())).toBeUndefined();
  await subscribe(bob);
  await publish('one');
  expect(events(bob)).toEqual([
    `<items node="news"><item id="one" publisher="${bareOf(ann)}"><tune xmlns="urn:tune">one</tune></item></items>`,
  ]);
  expect(idsOf(await read(bob))).toEqual(['one']);
  expect(errorOf(await publish('two', bob))).toBe('forbidden');
  expect(errorOf(await set(bob, xml('delete', { node: 'news' }), OWNER))).toBe('forbidden');
  expect(errorOf(await set(bob, xml('purge', { node: 'news' }), OWNER))).toBe('forbidden');
  expect(errorOf(await create({}, bob))).toBe('conflict');
});

test('publishing makes a node that is not there; who publishes owns it', async () => {
  expect(errorOf(await publish('one', bob, 'fresh'))).toBeUndefined();
  const own = payloadOf(await ask(bob, 'get', pubsub(NS, xml('affiliations'))));
  expect(own.getChild('affiliations')?.getChild('affiliation')?.attrs).toEqual({ node: 'fresh', affiliation: 'owner' });
});

test('strangers make no nodes, but subscribe to open ones and read them', async () => {
  await create();
  expect(errorOf((await askFromAfar('set', pubsub(NS, xml('create', { node: 'theirs' })))) ?? xml('none'))).toBe(
    'forbidden',
  );
  const stray = xml('publish', { node: 'theirs' }, xml('item', {}, tune()));
  expect(errorOf((await askFromAfar('set', pubsub(NS, stray))) ?? xml('none'))).toBe('item-not-found');
  await askFromAfar('set', pubsub(NS, xml('subscribe', { node: 'news', jid: AFAR })));
  await publish('one');
  expect(box.abroad.map(({ attrs }) => [attrs.to, attrs.from, attrs.type])).toEqual([[AFAR, SERVICE, 'headline']]);
});

test('who is elsewhere is known to be online by the presence that it sends to the service', async () => {
  await create({ presence_based_delivery: '1' });
  await askFromAfar('set', pubsub(NS, xml('subscribe', { node: 'news', jid: AFAR })));
  await publish('one');
  expect(box.abroad).toEqual([]);
  await box.fromAfar(xml('presence', { from: `${AFAR}/orchard`, to: SERVICE }));
  await publish('two');
  expect(box.abroad).toHaveLength(1);
  await box.fromAfar(xml('presence', { type: 'unavailable', from: `${AFAR}/orchard`, to: SERVICE }));
  await publish('three');
  expect(box.abroad).toHaveLength(1);
});

test('a notification that comes back for good ends the subscription (section 12.3)', async () => {
  await create();
  await askFromAfar('set', pubsub(NS, xml('subscribe', { node: 'news', jid: AFAR })));
  await publish('one');
  const { id } = box.abroad[0]?.attrs ?? {};
  const bounce = (type: string, condition: string) =>
    box.fromAfar(
      xml(
        'message',
        { type: 'error', id, from: AFAR, to: SERVICE },
        xml('error', { type }, xml(condition, { xmlns: 'urn:ietf:params:xml:ns:xmpp-stanzas' })),
      ),
    );
  await bounce('wait', 'remote-server-timeout');
  await publish('two');
  expect(box.abroad).toHaveLength(2);
  await bounce('cancel', 'item-not-found');
  await publish('three');
  expect(box.abroad).toHaveLength(2);
});

test('a subscriber who comes online gets the last item', async () => {
  await create();
  await subscribe(bob);
  await publish('one');
  events(bob);
  const phone = box.client(box.near, bob.session.account, 'phone');
  await box.says(phone, xml('presence'));
  expect(events(phone)).toHaveLength(1);
  expect(events(bob)).toEqual([]);
});

test('owners: several, each resigns, but the last stays; what they own alone goes with their account', async () => {
  await create();
  expect(errorOf(await affiliate(bareOf(ann), 'none'))).toBe('not-acceptable');
  await affiliate(bareOf(bob), 'owner');
  expect(errorOf(await affiliate(bareOf(bob), 'member'))).toBe('not-acceptable');
  expect(errorOf(await affiliate(bareOf(ann), 'none'))).toBeUndefined();
  expect(errorOf(await affiliate(bareOf(ann), 'owner'))).toBe('forbidden');
  box.near.hooks.run('account removed', { account: bob.session.account });
  await box.near.turns.run(`${box.near.server.id} `, async () => {});
  expect(errorOf(await read(ann))).toBe('item-not-found');
});

test('who may publish: those on the list, subscribers, anybody; of an item, its publisher and the owners dispose', async () => {
  await create({ publish_model: 'subscribers' });
  expect(errorOf(await publish('one', bob))).toBe('forbidden');
  await subscribe(bob);
  expect(errorOf(await publish('one', bob))).toBeUndefined();
  await publish('two');
  const retract = (client: Client, id: string) => set(client, xml('retract', { node: 'news' }, xml('item', { id })));
  expect(errorOf(await retract(bob, 'two'))).toBe('forbidden');
  expect(errorOf(await retract(bob, 'one'))).toBeUndefined();
  expect(errorOf(await retract(ann, 'two'))).toBeUndefined();
  await affiliate(bareOf(bob), 'outcast');
  expect(errorOf(await publish('three', bob))).toBe('forbidden');
  expect(errorOf(await read(bob))).toBe('forbidden');
});

test('presence and groups are those of the owners who are members here', async () => {
  await create({ access_model: 'presence' });
  expect(errorOf(await subscribe(bob))).toBe('not-authorized/presence-subscription-required');
  await box.contact(ann.session.account, bareOf(bob), { subscription: 'from' });
  expect(errorOf(await subscribe(bob))).toBeUndefined();
});

test('an owner asks who waits (section 8.7) and lets them in', async () => {
  await create({ access_model: 'authorize' });
  await subscribe(bob);
  ann.received.length = 0;
  const command = (...children: Element[]) =>
    xml('command', { xmlns: 'http://jabber.org/protocol/commands', node: `${NS}#get-pending`, sessionid }, ...children);
  let sessionid: string | undefined;
  expect(errorOf(await ask(bob, 'set', command()))).toBe('forbidden');
  const reply = payloadOf(await ask(ann, 'set', command()));
  expect(reply.attrs.status).toBe('executing');
  sessionid = reply.attrs.sessionid;
  expect(reply.getChild('x')?.toString()).toContain('<option><value>news</value></option>');
  const done = payloadOf(await ask(ann, 'set', command(form('subscribe_authorization', { node: 'news' }))));
  expect(done.attrs.status).toBe('completed');
  expect(ann.received).toHaveLength(1);
  const approval = form('subscribe_authorization', { node: 'news', subscriber_jid: bareOf(bob), allow: '1' });
  await box.says(bob, xml('message', { to: SERVICE }, approval));
  expect(bob.received.pop()?.attrs.type).toBe('error');
  await box.says(ann, xml('message', { to: SERVICE }, approval));
  expect(events(bob)).toEqual([`<subscription node="news" jid="${bareOf(bob)}" subscription="subscribed"/>`]);
});

test('what the service is, and has, for those who may see it', async () => {
  await create({ title: 'News' });
  await ask(
    ann,
    'set',
    pubsub(
      NS,
      xml('create', { node: 'secret' }),
      xml('configure', {}, form('node_config', { access_model: 'whitelist' })),
    ),
  );
  const info = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' });
  expect(payloadOf(await ask(bob, 'get', info)).getChild('identity')?.attrs).toMatchObject({
    category: 'pubsub',
    type: 'service',
  });
  const items = (node?: string) => xml('query', { xmlns: 'http://jabber.org/protocol/disco#items', node });
  /** The server's own (server-addresses.ts). */
  const OWN = 'urn:casp3r:addresses:0';
  const nodesOf = async (client: Client) =>
    payloadOf(await ask(client, 'get', items()))
      .getChildren('item')
      .map(({ attrs }) => attrs.node);
  expect(await nodesOf(bob)).toEqual(['news', OWN]);
  expect(await nodesOf(ann)).toEqual(['news', 'secret', OWN]);
  expect(errorOf(await ask(bob, 'get', items('secret')))).toBe('item-not-found');
  expect(errorOf(await ask(bob, 'get', xml('query', { xmlns: 'jabber:iq:version' })))).toBe('service-unavailable');
  expect(errorOf(await ask(bob, 'get', info, `node@${SERVICE}`))).toBe('item-not-found');
});
