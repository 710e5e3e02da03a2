import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { XmppHost } from '../../../xmpp/host.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import type { Client } from '../extensions/harness.ts';
import { type Box, line, openBox, presence, seen } from './box.ts';

let box: Box;
let near: XmppHost;
let other: XmppHost;
let close: () => Promise<void>;
let alice: Account;
let bob: Account;
let phone: Client;
let bobs: Client;
/** Addresses. */
let a: string;
let b: string;

beforeAll(async () => {
  ({ box, close } = await openBox());
  ({ near, other } = box);
});
afterAll(() => close());
beforeEach(async () => {
  alice = await box.member(near, 'alice');
  bob = await box.member(other, 'bob');
  phone = await box.online(near, alice, 'phone');
  bobs = await box.online(other, bob, 'desk');
  [a, b] = [near.addressOf(alice), other.addressOf(bob)];
  box.abroad.splice(0);
});

const subscriptions = () => [
  box.store.roster.item(alice.id, b)?.subscription ?? 'none',
  box.store.roster.item(bob.id, a)?.subscription ?? 'none',
];

describe('the way to a mutual subscription', () => {
  test('request, approval, presence; then the other way round', async () => {
    await box.says(phone, presence('subscribe', b));
    expect(seen(phone)).toEqual([`push ${b} none ask`]);
    expect(seen(bobs)).toEqual([`presence:subscribe ${a}`]);
    await box.says(bobs, presence('subscribed', a));
    expect(seen(bobs)).toEqual([`push ${a} from`]);
    expect(seen(phone)).toEqual([`presence:subscribed ${b}`, `push ${b} to`, `presence ${b}/desk`]);
    await box.says(bobs, presence('subscribe', a));
    expect(seen(phone)).toEqual([`presence:subscribe ${b}`]);
    await box.says(phone, presence('subscribed', b));
    expect(seen(bobs)).toEqual([
      `push ${a} from ask`,
      `presence:subscribed ${a}`,
      `push ${a} both`,
      `presence ${a}/phone`,
    ]);
    expect(subscriptions()).toEqual(['both', 'both']);
    expect(near.roster.sees(alice, Jid.parse(b))).toBe(true);
  });

  test('a refusal', async () => {
    await box.says(phone, presence('subscribe', b));
    seen(phone);
    await box.says(bobs, presence('unsubscribed', a));
    expect(seen(phone)).toEqual([`presence:unsubscribed ${b}`, `push ${b} none`]);
    expect(box.store.roster.requests(bob.id)).toEqual([]);
    expect(seen(bobs)).toEqual([`presence:subscribe ${a}`]);
  });
});

describe('the end of a subscription', () => {
  beforeEach(() => box.friends(alice, near, bob, other));

  test('cancelled by who is seen: unavailable before unsubscribed (section 3.2)', async () => {
    await box.says(bobs, presence('unsubscribed', a));
    expect(seen(phone)).toEqual([`presence:unavailable ${b}/desk`, `presence:unsubscribed ${b}`, `push ${b} from`]);
    expect(seen(bobs)).toEqual([`push ${a} to`]);
  });

  test('given up by who sees: the other one goes unavailable (section 3.3)', async () => {
    await box.says(phone, presence('unsubscribe', b));
    expect(seen(bobs)).toEqual([`presence:unsubscribe ${a}`, `push ${a} to`]);
    expect(seen(phone)).toEqual([`push ${b} from`, `presence:unavailable ${b}/desk`]);
  });

  test('by the removal of the account', async () => {
    await near.accounts.remove(alice);
    await box.settled();
    expect(subscriptions()).toEqual(['none', 'none']);
    expect(seen(bobs)).toEqual([
      `presence:unavailable ${a}/phone`,
      `presence:unsubscribe ${a}`,
      `push ${a} to`,
      `presence:unsubscribed ${a}`,
      `push ${a} none`,
    ]);
  });
});

describe('requests', () => {
  const request = (children: Element[] = [], from = 'eve@far.example') =>
    xml('presence', { type: 'subscribe', from, to: a, id: 'r1' }, ...children);

  test('are shown whole at each login until they are answered, with negative priority too', async () => {
    near.sessions.end(phone.session);
    await box.fromAfar(request([xml('status', {}, 'Hello')]));
    await box.fromAfar(request([xml('status', {}, 'Hello again')]));
    for (const resource of ['laptop', 'tablet']) {
      const client = box.client(near, alice, resource);
      await box.says(client, presence(undefined, undefined, xml('priority', {}, '-1')));
      const asked = client.received.filter(({ attrs }) => attrs.type === 'subscribe');
      expect(asked.map(String)).toEqual([
        `<presence type="subscribe" from="eve@far.example" to="${a}" id="r1"><status>Hello</status></presence>`,
      ]);
      await box.says(client, presence(undefined, undefined, xml('show', {}, 'away')));
      expect(client.received.filter(({ attrs }) => attrs.type === 'subscribe')).toHaveLength(1);
      if (resource === 'tablet') await box.says(client, presence('subscribed', 'eve@far.example'));
    }
    const last = box.client(near, alice, 'last');
    await box.says(last, presence());
    expect(last.received.filter(({ attrs }) => attrs.type === 'subscribe')).toEqual([]);
  });

  test('do not fill the store: a huge one is kept without what it carries, and there is a limit of them', async () => {
    await box.fromAfar(request([xml('status', {}, 'x'.repeat(10_000))]));
    expect(box.store.roster.requests(alice.id)[0]?.stanza).toBe(
      `<presence type="subscribe" from="eve@far.example" to="${a}" id="r1"/>`,
    );
    const longId = xml('presence', { type: 'subscribe', from: 'mallory@far.example', to: a, id: 'x'.repeat(10_000) });
    await box.fromAfar(longId);
    expect(box.store.roster.requests(alice.id)[1]?.stanza).toBe(
      `<presence type="subscribe" from="mallory@far.example" to="${a}"/>`,
    );
    for (let index = 2; index < 500; index += 1) await box.fromAfar(request([], `eve${index}@far.example`));
    expect(box.abroad).toEqual([]);
    await box.fromAfar(request([], 'one-more@far.example'));
    expect(box.abroad.map(line)).toEqual([`presence:error ${a} resource-constraint`]);
    expect(box.store.roster.requests(alice.id)).toHaveLength(500);
  });

  test('of one who is subscribed already are answered by the server', async () => {
    await box.contact(alice, 'eve@far.example', { subscription: 'from' });
    await box.fromAfar(request());
    expect(box.abroad.map(line)).toEqual([`presence:subscribed ${a}`, `presence ${a}/phone`]);
    expect(seen(phone)).toEqual([]);
  });

  test('to another server are repeated at the next login', async () => {
    await box.says(phone, presence('subscribe', 'eve@far.example'));
    expect(seen(phone)).toEqual([
      'push eve@far.example none ask',
      'presence:error eve@far.example remote-server-not-found',
    ]);
    await box.says(box.client(near, alice, 'laptop'), presence());
    expect(box.abroad.map(line)).toEqual([`presence:subscribe ${a}`]);
  });

  test('to a member that is not there are refused and not kept', async () => {
    await box.says(phone, presence('subscribe', 'nobody@near.example'));
    expect(seen(phone)).toEqual(['presence:error nobody@near.example item-not-found']);
    expect(near.roster.items(alice)).toEqual([]);
  });

  test('without a contact are a bad request; to oneself they are nothing', async () => {
    await box.says(phone, presence('subscribe'));
    expect(phone.received.splice(0).map((stanza) => stanza.getChild('error')?.children.map(String)[0])).toEqual([
      '<bad-request xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>',
    ]);
    await box.says(phone, presence('subscribe', a));
    expect(seen(phone)).toEqual([]);
    expect(near.roster.items(alice)).toEqual([]);
  });
});

describe('pre-approval (section 3.4)', () => {
  test('lets the request through without a question, once', async () => {
    await box.says(phone, presence('subscribed', b));
    expect(seen(phone)).toEqual([`push ${b} none approved`]);
    expect(seen(bobs)).toEqual([]);
    await box.says(phone, presence('subscribed', b));
    expect(seen(phone)).toEqual([]);
    await box.says(bobs, presence('subscribe', a));
    expect(seen(phone)).toEqual([`push ${b} from`]);
    expect(seen(bobs)).toEqual([
      `push ${a} none ask`,
      `presence:subscribed ${a}`,
      `push ${a} to`,
      `presence ${a}/phone`,
    ]);
    expect(subscriptions()).toEqual(['from', 'to']);
  });

  test('together with a subscription the other way makes it mutual', async () => {
    await box.says(bobs, presence('subscribed', a));
    await box.says(phone, presence('subscribe', b));
    await box.says(phone, presence('subscribed', b));
    await box.says(bobs, presence('subscribe', a));
    expect(subscriptions()).toEqual(['both', 'both']);
  });

  test('is taken back by unsubscribed, which goes no further', async () => {
    await box.says(phone, presence('subscribed', b), presence('unsubscribed', b));
    expect(seen(phone)).toEqual([`push ${b} none approved`, `push ${b} none`]);
    expect(seen(bobs)).toEqual([]);
    await box.says(bobs, presence('subscribe', a));
    expect(seen(phone)).toEqual([`presence:subscribe ${b}`]);
  });
});

test('subscription changes are told to extensions, once each, after they are on disk', async () => {
  const told: unknown[] = [];
  near.hooks.on('subscription changed', ({ account, contact, from }) => {
    const { subscription } = box.store.roster.item(account.id, contact.toString()) ?? {};
    if (account.id === alice.id) told.push([contact.toString(), from, subscription]);
  });
  await box.says(phone, presence('subscribe', b));
  await box.says(bobs, presence('subscribed', a), presence('subscribe', a));
  await box.says(phone, presence('subscribed', b));
  expect(told).toEqual([
    [b, false, 'to'],
    [b, true, 'both'],
  ]);
});
