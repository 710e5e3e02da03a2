import { beforeEach, describe, expect, test } from 'vitest';
import { pubsub as extension } from '../../../../xmpp/extensions/pubsub/pubsub.ts';
import { Jid } from '../../../../xmpp/routing/jid.ts';
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { type Client, payloadOf, type TestHost, testHost } from '../harness.ts';
import { EVENT, errorOf, form, get, idsOf, NS, OWNER, publish, pubsub } from './requests.ts';

const ALICE = 'alice@casp3r.local';
const BOB = 'bob@casp3r.local';
const NODE = 'urn:tune';

let host: TestHost;
let alice: Client;
let bob: Client;

beforeEach(async () => {
  host = await testHost(extension);
  alice = host.client(await host.member('alice'), 'phone');
  bob = host.client(await host.member('bob'), 'laptop');
  await publish(host, alice, { id: 'one', options: { access_model: 'open', max_items: '5' } });
  host.sent.length = 0;
});

const configure = (fields: Record<string, string>) =>
  host.ask(alice, 'set', pubsub(OWNER, xml('configure', { node: NODE }, form('node_config', fields))));
const asBob = (type: 'get' | 'set', ...children: Element[]) => host.ask(bob, type, pubsub(NS, ...children), ALICE);
const subscribe = (jid: string | undefined = BOB, ...more: Element[]) =>
  asBob('set', xml('subscribe', { node: NODE, jid }), ...more);
const unsubscribe = (jid: string | undefined = BOB) => asBob('set', xml('unsubscribe', { node: NODE, jid }));
const options = (fields: Record<string, string>) => form('subscribe_options', fields);
const setOptions = (fields: Record<string, string>) =>
  asBob('set', xml('options', { node: NODE, jid: BOB }, options(fields)));
const ownerSets = (list: Element) => host.ask(alice, 'set', pubsub(OWNER, list));
const affiliate = (jid: string, affiliation: string) =>
  ownerSets(xml('affiliations', { node: NODE }, xml('affiliation', { jid, affiliation })));

const stateOf = (reply: Element) => payloadOf(reply).getChild('subscription')?.attrs.subscription;

/** The children of `<event/>` sent to an address since the last call. */
function told(to: string): string[] {
  const mine = host.sent.filter((stanza) => stanza.attrs.to === to);
  host.sent.length = 0;
  return mine.flatMap((stanza) => stanza.getChild('event', EVENT)?.getChildElements().map(String) ?? []);
}

const idsTold = (to: string) => told(to).map((event) => /<item id="(\w+)"/.exec(event)?.[1]);

describe('subscribing', () => {
  test('to an open node: at once, with the last item after the answer, and with what is published then', async () => {
    expect(stateOf(await subscribe())).toBe('subscribed');
    expect(host.sent).toEqual([]);
    host.clock.pass(0);
    expect(idsTold(BOB)).toEqual(['one']);
    await publish(host, alice, { id: 'two' });
    expect(idsTold(BOB)).toEqual(['two']);
    expect(stateOf(await unsubscribe())).toBe('none');
    await publish(host, alice, { id: 'three' });
    expect(idsTold(BOB)).toEqual([]);
  });

  test('asked again, it is as it was (section 6.1.6)', async () => {
    await subscribe();
    expect(stateOf(await subscribe())).toBe('subscribed');
    const own = payloadOf(await asBob('get', xml('subscriptions'))).getChild('subscriptions');
    expect(own?.getChildren('subscription').map(({ attrs }) => attrs)).toEqual([
      { node: NODE, jid: BOB, subscription: 'subscribed' },
    ]);
  });

  test('one that is told by its capabilities already is told once (XEP-0163 section 4.3.2)', async () => {
    await host.contact(alice.session.account, BOB, 'both');
    await subscribe();
    const jid = Jid.parse(`${BOB}/laptop`);
    host.hooks.run('features known', { account: alice.session.account, jid, features: new Set([`${NODE}+notify`]) });
    host.sent.length = 0;
    await publish(host, alice, { id: 'two' });
    expect(host.sent.map(({ attrs }) => attrs.to)).toEqual([`${BOB}/laptop`]);
  });

  test.each([
    ['somebody else', 'carol@casp3r.local', {}, 'bad-request/invalid-jid'],
    ['nobody', '', {}, 'bad-request/jid-required'],
    ['where the owner wants none', BOB, { subscribe: 'false' }, 'feature-not-implemented/unsupported subscribe'],
    ['without seeing the presence', BOB, { access_model: 'presence' }, 'not-authorized/presence-subscription-required'],
    ['outside of the groups', BOB, { access_model: 'roster' }, 'not-authorized/not-in-roster-group'],
    ['not on the list', BOB, { access_model: 'whitelist' }, 'not-allowed/closed-node'],
  ])('%s', async (_, jid, config, error) => {
    await configure(config);
    expect(errorOf(await subscribe(jid))).toBe(error);
  });

  test('to a node that is not there; as an outcast; as one who may only publish', async () => {
    expect(errorOf(await asBob('set', xml('subscribe', { node: 'none', jid: BOB })))).toBe('item-not-found');
    await affiliate(BOB, 'outcast');
    expect(errorOf(await subscribe())).toBe('forbidden');
    await affiliate(BOB, 'none');
    await affiliate(BOB, 'publish-only');
    expect(errorOf(await subscribe())).toBe('forbidden');
    expect(errorOf(await get(host, bob, ALICE))).toBe('forbidden');
    expect(errorOf(await publish(host, bob, { id: 'his', to: ALICE }))).toBeUndefined();
  });

  test('in a group of the roster that the node names', async () => {
    await configure({ access_model: 'roster', roster_groups_allowed: 'Choir' });
    const item = {
      contact: BOB,
      name: '',
      groups: ['Choir'],
      subscription: 'from',
      ask: false,
      approved: false,
    } as const;
    await host.store.journal.commit({
      kind: 'roster item set',
      data: { account: alice.session.account.id, item: { ...item, groups: [...item.groups] } },
    });
    expect(stateOf(await subscribe())).toBe('subscribed');
    expect(idsOf(await get(host, bob, ALICE))).toEqual(['one']);
  });
});

describe('unsubscribing', () => {
  test.each([
    [`${BOB}/other`, 'unexpected-request/not-subscribed'],
    ['carol@casp3r.local', 'forbidden'],
    ['', 'bad-request/jid-required'],
  ])('%s: %s', async (jid, error) => {
    await subscribe();
    expect(errorOf(await unsubscribe(jid))).toBe(error);
  });
});

describe('subscription options', () => {
  test('chosen with the subscription, told with the answer, read and changed later', async () => {
    const reply = await subscribe(BOB, xml('options', {}, options({ deliver: '0' })));
    const form = payloadOf(reply).getChild('options')?.getChild('x', 'jabber:x:data');
    expect(form?.attrs.type).toBe('result');
    await publish(host, alice, { id: 'two' });
    expect(idsTold(BOB)).toEqual([]);
    await setOptions({ deliver: '1' });
    await publish(host, alice, { id: 'three' });
    expect(idsTold(BOB)).toEqual(['three']);
    const asked = payloadOf(await asBob('get', xml('options', { node: NODE, jid: BOB })));
    expect(asked.toString()).toContain('<value>true</value>');
  });

  test('states of presence', async () => {
    await subscribe(BOB, xml('options', {}, options({ 'show-values': 'dnd' })));
    bob.available();
    await publish(host, alice, { id: 'two' });
    expect(idsTold(BOB)).toEqual([]);
    bob.available(xml('show', {}, 'dnd'));
    await publish(host, alice, { id: 'three' });
    expect(idsTold(BOB)).toEqual(['three']);
  });

  test('a lease ends, and one that lasts as long as the presence', async () => {
    const expire = new Date(host.clock.nowMs() + 60_000).toISOString();
    await subscribe(BOB, xml('options', {}, options({ expire })));
    host.clock.pass(60_000);
    await publish(host, alice, { id: 'two' });
    expect(idsTold(BOB)).toEqual([]);
    await subscribe(BOB, xml('options', {}, options({ expire: 'presence' })));
    host.hooks.run('session unavailable', { session: bob.session });
    await publish(host, alice, { id: 'three' });
    expect(idsTold(BOB)).toEqual([]);
  });

  test.each([
    [
      xml('options', { node: NODE, jid: BOB }, form('subscribe_options', { digest: '1' })),
      'bad-request/invalid-options',
    ],
    [
      xml('options', { node: NODE, jid: BOB }, form('subscribe_options', { expire: 'soon' })),
      'bad-request/invalid-options',
    ],
    [xml('options', { node: NODE }, form('subscribe_options', {})), 'bad-request/jid-required'],
    [xml('options', { jid: BOB }, form('subscribe_options', {})), 'bad-request/nodeid-required'],
    [xml('options', { node: 'none', jid: BOB }, form('subscribe_options', {})), 'item-not-found'],
    [xml('options', { node: NODE, jid: 'carol@casp3r.local' }, form('subscribe_options', {})), 'forbidden'],
    [
      xml('options', { node: NODE, jid: `${BOB}/x` }, form('subscribe_options', {})),
      'unexpected-request/not-subscribed',
    ],
    [xml('options', { node: NODE, jid: BOB }), 'bad-request'],
  ])('%s: %s', async (action, error) => {
    await subscribe();
    expect(errorOf(await asBob('set', action))).toBe(error);
  });

  test('beside the subscription, with an address of their own or before it: bad-request (section 6.3.7)', async () => {
    expect(errorOf(await subscribe(BOB, xml('options', { jid: BOB }, options({}))))).toBe('bad-request');
    const first = xml('options', {}, options({}));
    expect(errorOf(await asBob('set', first, xml('subscribe', { node: NODE, jid: BOB })))).toMatch(/^bad-request/);
  });
});

describe('an owner who approves', () => {
  const answerOf = (allow: string, jid = BOB, from: Client = alice) => {
    const fields = form('subscribe_authorization', { node: NODE, subscriber_jid: jid, allow });
    const stanza = xml('message', { from: from.jid.toString(), to: ALICE }, fields);
    const event = { account: alice.session.account, stanza, from: from.jid, to: Jid.parse(ALICE), drop: false };
    return host.hooks.run('stanza to account', event).drop;
  };
  const settled = () => host.turns.run(alice.session.account.id, async () => {});

  beforeEach(async () => {
    await configure({ access_model: 'authorize' });
  });

  test('is asked; what the subscriber may see waits for the word', async () => {
    expect(stateOf(await subscribe())).toBe('pending');
    const [question] = host.sent.splice(0);
    expect(question?.attrs).toMatchObject({ from: ALICE, to: ALICE });
    expect(question?.getChild('x')?.toString()).toContain('subscribe_authorization');
    expect(errorOf(await subscribe())).toBe('not-authorized/pending-subscription');
    expect(errorOf(await get(host, bob, ALICE))).toBe('not-authorized/not-subscribed');
    await publish(host, alice, { id: 'two' });
    expect(idsTold(BOB)).toEqual([]);
    expect(answerOf('true')).toBe(true);
    await settled();
    expect(told(BOB)[0]).toBe(`<subscription node="${NODE}" jid="${BOB}" subscription="subscribed"/>`);
    expect(idsOf(await get(host, bob, ALICE))).toEqual(['one', 'two']);
    await publish(host, alice, { id: 'three' });
    expect(idsTold(BOB)).toEqual(['three']);
  });

  test('or denies: the subscriber is told, and may ask again', async () => {
    await subscribe();
    host.sent.length = 0;
    answerOf('0');
    await settled();
    expect(told(BOB)).toEqual([`<subscription node="${NODE}" jid="${BOB}" subscription="none"/>`]);
    expect(stateOf(await subscribe())).toBe('pending');
  });

  test('nobody else decides', async () => {
    await subscribe();
    expect(answerOf('true', BOB, bob)).toBe(false);
    await settled();
    expect(errorOf(await subscribe())).toBe('not-authorized/pending-subscription');
  });

  test('by making a member of one who waits (section 8.7)', async () => {
    await subscribe();
    host.sent.length = 0;
    await affiliate(BOB, 'publisher');
    expect(told(BOB)[0]).toContain('subscription="subscribed"');
  });
});

describe('what an owner does with the lists', () => {
  const listOf = async (name: 'subscriptions' | 'affiliations') =>
    payloadOf(await host.ask(alice, 'get', pubsub(OWNER, xml(name, { node: NODE }))))
      .getChild(name)
      ?.getChildElements()
      .map(({ attrs }) => attrs);

  test('affiliations: set, listed, taken away; the account stays the one owner', async () => {
    await affiliate(BOB, 'publisher');
    expect(await listOf('affiliations')).toEqual([
      { jid: ALICE, affiliation: 'owner' },
      { jid: BOB, affiliation: 'publisher' },
    ]);
    const own = payloadOf(await asBob('get', xml('affiliations'))).getChild('affiliations');
    expect(own?.getChild('affiliation')?.attrs).toEqual({ node: NODE, affiliation: 'publisher' });
    await affiliate(BOB, 'none');
    expect(await listOf('affiliations')).toEqual([{ jid: ALICE, affiliation: 'owner' }]);
    expect(errorOf(await affiliate(ALICE, 'none'))).toBe('not-acceptable');
    expect(errorOf(await affiliate(BOB, 'owner'))).toBe('not-acceptable');
  });

  test('of several, those that can be are made, and the answer names the others as they are (section 8.9.2.4)', async () => {
    const list = [
      { jid: ALICE, affiliation: 'outcast' },
      { jid: BOB, affiliation: 'member' },
    ];
    const reply = await ownerSets(
      xml('affiliations', { node: NODE }, ...list.map((attrs) => xml('affiliation', attrs))),
    );
    expect(errorOf(reply)).toBe('not-acceptable');
    const named = reply.getChild('pubsub', OWNER)?.getChild('affiliations')?.getChildren('affiliation');
    expect(named?.map(({ attrs }) => attrs)).toEqual([{ jid: ALICE, affiliation: 'owner' }]);
    expect(await listOf('affiliations')).toHaveLength(2);
    const twice = [xml('affiliation', { jid: BOB, affiliation: 'member' }), xml('affiliation', { jid: BOB })];
    expect(errorOf(await ownerSets(xml('affiliations', { node: NODE }, ...twice)))).toBe('bad-request');
  });

  test('a publisher does not become a member in one step (section 4.1)', async () => {
    await affiliate(BOB, 'publisher');
    expect(errorOf(await affiliate(BOB, 'member'))).toBe('not-acceptable');
  });

  test('subscriptions: listed, ended, made for members of this host', async () => {
    await subscribe();
    expect(await listOf('subscriptions')).toEqual([{ jid: BOB, subscription: 'subscribed' }]);
    host.sent.length = 0;
    const set = (jid: string, subscription: string) =>
      ownerSets(xml('subscriptions', { node: NODE }, xml('subscription', { jid, subscription })));
    await set(BOB, 'none');
    expect(told(BOB)).toEqual([`<subscription node="${NODE}" jid="${BOB}" subscription="none"/>`]);
    expect(await listOf('subscriptions')).toEqual([]);
    expect(errorOf(await set(BOB, 'subscribed'))).toBeUndefined();
    expect(errorOf(await set('stranger@c.test', 'subscribed'))).toBe('not-acceptable');
  });

  test('strangers may do none of it', async () => {
    for (const name of ['subscriptions', 'affiliations', 'configure'])
      expect(errorOf(await host.ask(bob, 'get', pubsub(OWNER, xml(name, { node: NODE })), ALICE))).toBe('forbidden');
  });

  test('owners hear of who comes and goes, where the node says so', async () => {
    await configure({ notify_sub: 'true' });
    await subscribe();
    await unsubscribe();
    expect(told(ALICE).map((event) => /subscription="(\w+)"/.exec(event)?.[1])).toEqual(['subscribed', 'none']);
  });
});

describe('a subscription ends', () => {
  test('with the access: by the model, as an outcast, with the presence (XEP-0163 section 7.1)', async () => {
    const gone = [`<subscription node="${NODE}" jid="${BOB}" subscription="none"/>`];
    await subscribe();
    host.sent.length = 0;
    await configure({ access_model: 'whitelist' });
    expect(told(BOB)).toEqual(gone);
    await configure({ access_model: 'presence' });
    await host.contact(alice.session.account, BOB, 'from');
    await subscribe();
    await host.contact(alice.session.account, BOB, 'none');
    host.sent.length = 0;
    const contact = Jid.parse(BOB);
    host.hooks.run('subscription changed', { account: alice.session.account, contact, from: false, sawBefore: true });
    await host.turns.run(alice.session.account.id, async () => {});
    expect(told(BOB)).toEqual(gone);
  });

  test('with the node, of which all hear, those who wait as well', async () => {
    await configure({ access_model: 'authorize' });
    await subscribe();
    host.sent.length = 0;
    const redirect = xml('redirect', { uri: 'xmpp:x@y.test?;node=z' });
    await host.ask(alice, 'set', pubsub(OWNER, xml('delete', { node: NODE }, redirect)));
    expect(told(BOB)).toEqual([`<delete node="${NODE}"><redirect uri="xmpp:x@y.test?;node=z"/></delete>`]);
    await publish(host, alice, { options: { access_model: 'authorize' } });
    expect(stateOf(await subscribe())).toBe('pending');
  });

  test('with the account of the subscriber, whose name may come back', async () => {
    await subscribe();
    await affiliate(BOB, 'publisher');
    host.hooks.run('account removed', { account: bob.session.account });
    await host.turns.run(`${host.server.id} `, async () => {});
    const { nodes } = host.store;
    expect([nodes.subscriptionsOf(BOB), nodes.affiliationsOf(BOB)]).toEqual([[], []]);
  });
});

test('offline subscribers: nothing where the node says so, else a message of the type that it names', async () => {
  await subscribe();
  await configure({ presence_based_delivery: 'true', notification_type: 'normal' });
  host.sent.length = 0;
  await publish(host, alice, { id: 'two' });
  expect(host.sent).toEqual([]);
  bob.available();
  await publish(host, alice, { id: 'three' });
  expect(host.sent.map(({ attrs }) => attrs.type)).toEqual(['normal']);
});

test('an id of a subscription is none of ours (sections 6.2.3.5, 6.3.4.4 and 6.5.9)', async () => {
  const subid = 'abc';
  expect(errorOf(await asBob('set', xml('unsubscribe', { node: NODE, jid: BOB, subid })))).toContain('not-acceptable');
  expect(errorOf(await asBob('get', xml('options', { node: NODE, jid: BOB, subid })))).toContain('not-acceptable');
  expect(errorOf(await asBob('get', xml('items', { node: NODE, subid })))).toContain('not-acceptable');
});
