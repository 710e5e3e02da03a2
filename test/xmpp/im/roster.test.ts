import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { XmppHost } from '../../../xmpp/host.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf } from '../extensions/harness.ts';
import { type Box, iq, line, openBox, presence, rosterQuery, seen } from './box.ts';

let box: Box;
let near: XmppHost;
let close: () => Promise<void>;
let alice: Account;

beforeAll(async () => {
  ({ box, close } = await openBox());
  near = box.near;
});
afterAll(() => close());

const item = (jid: string, attrs: Record<string, string> = {}, ...groups: string[]) =>
  xml('item', { jid, ...attrs }, ...groups.map((group) => xml('group', {}, group)));

/** The answer to one IQ; what else came stays. */
async function ask(client: Client, type: 'get' | 'set', payload: Element, to?: string): Promise<Element> {
  const request = iq(type, payload, to);
  await box.says(client, request);
  const index = client.received.findIndex(({ attrs }) => attrs.id === request.attrs.id);
  const [answer] = client.received.splice(index, 1);
  if (index === -1 || !answer) throw new Error('no answer');
  return answer;
}

const set = (client: Client, ...items: Element[]) => ask(client, 'set', rosterQuery({}, ...items));

async function someone(): Promise<Client> {
  alice = await box.member(near, 'alice');
  return box.online(near, alice, 'phone');
}

describe('roster get', () => {
  test('gives the whole roster with its version, and makes the resource an interested one', async () => {
    alice = await box.member(near, 'alice');
    const client = box.client(near, alice, 'phone');
    expect(client.session.interested).toBe(false);
    await set(client, item('bob@far.example', { name: 'Bob' }, 'Friends', 'Work'));
    expect(seen(client)).toEqual([]);
    const answer = await ask(client, 'get', rosterQuery());
    const query = answer.getChild('query', 'jabber:iq:roster');
    expect(query?.attrs.ver).toBe(box.store.roster.version(alice.id));
    expect(query?.children.map(String)).toEqual([
      '<item jid="bob@far.example" name="Bob" subscription="none"><group>Friends</group><group>Work</group></item>',
    ]);
    await set(client, item('carol@far.example'));
    expect(seen(client)).toEqual(['push carol@far.example none']);
  });

  test('of another member is forbidden; a stranger from elsewhere learns nothing', async () => {
    const client = await someone();
    const bob = await box.member(near, 'bob');
    for (const type of ['get', 'set'] as const)
      expect(conditionOf(await ask(client, type, rosterQuery({}, item('x@far.example')), near.addressOf(bob)))).toBe(
        'forbidden',
      );
    await box.fromAfar(
      xml('iq', { type: 'get', id: '1', from: 'eve@far.example/x', to: near.addressOf(bob) }, rosterQuery()),
    );
    expect(line(box.abroad.at(-1) as Element)).toBe('iq:error service-unavailable');
  });
});

describe('roster set', () => {
  test('keeps the item as it was sent, tells every interested resource and no other', async () => {
    const phone = await someone();
    const laptop = await box.online(near, alice, 'laptop');
    const uninterested = box.client(near, alice, 'watch');
    seen(phone);
    const answer = await set(phone, item('Bob@FAR.example', { name: 'Bob' }, 'Friends'));
    expect(answer.attrs.type).toBe('result');
    expect(answer.children).toEqual([]);
    for (const client of [phone, laptop]) {
      const [push] = client.received.splice(0);
      expect(push?.attrs).toMatchObject({ type: 'set', to: client.jid.toString(), from: near.addressOf(alice) });
      expect(push?.getChild('query')?.attrs.ver).toBe(box.store.roster.version(alice.id));
      expect(push?.getChild('query')?.children.map(String)).toEqual([
        '<item jid="bob@far.example" name="Bob" subscription="none"><group>Friends</group></item>',
      ]);
    }
    expect(uninterested.received).toEqual([]);
    await set(phone, item('bob@far.example'));
    expect(box.store.roster.item(alice.id, 'bob@far.example')).toMatchObject({ name: '', groups: [] });
  });

  test('leaves subscription, ask and approved to the server', async () => {
    const client = await someone();
    await set(client, item('bob@far.example', { subscription: 'both', ask: 'subscribe', approved: 'true' }));
    expect(seen(client)).toEqual(['push bob@far.example none']);
    await box.contact(alice, 'carol@far.example', { subscription: 'from', ask: true });
    await set(client, item('carol@far.example', { subscription: 'none', name: 'Carol' }));
    expect(seen(client)).toEqual(['push carol@far.example from ask']);
  });

  test('names a member of this host by the primary domain', async () => {
    const client = await someone();
    await set(client, item('bob@old.near.example'));
    expect(seen(client)).toEqual(['push bob@near.example none']);
  });

  test.each([
    ['no item', () => [], 'bad-request'],
    ['two items', () => [item('a@far.example'), item('b@far.example')], 'bad-request'],
    ['no jid', () => [xml('item', {})], 'bad-request'],
    ['a jid that is none', () => [item('a b@far.example')], 'jid-malformed'],
    ['a group twice', () => [item('a@far.example', {}, 'X', 'Y', 'X')], 'bad-request'],
    ['a group twice, composed differently', () => [item('a@far.example', {}, '\u00E9', 'e\u0301')], 'bad-request'],
    ['a group without a name', () => [item('a@far.example', {}, '')], 'not-acceptable'],
    ['a long group', () => [item('a@far.example', {}, 'x'.repeat(1024))], 'not-acceptable'],
    ['too many groups', () => [item('a@far.example', {}, ...Array.from({ length: 101 }, String))], 'not-acceptable'],
    ['a long name', () => [item('a@far.example', { name: '\u00E9'.repeat(512) })], 'not-acceptable'],
    ['oneself', () => [item(near.addressOf(alice))], 'not-allowed'],
    ['a removal of nobody', () => [item('nobody@far.example', { subscription: 'remove' })], 'item-not-found'],
  ])('%s is refused', async (_name, items, condition) => {
    const client = await someone();
    expect(conditionOf(await set(client, ...items()))).toBe(condition);
    expect(seen(client)).toEqual([]);
    expect(near.roster.items(alice)).toEqual([]);
  });

  test('a roster that could not be sent at once any more takes no more, and still lets go', async () => {
    const client = await someone();
    const groups = Array.from({ length: 100 }, (_, index) => `${index} `.padEnd(1000, 'x'));
    for (let index = 0; index < 9; index += 1) await set(client, item(`a${index}@far.example`, {}, ...groups));
    expect(conditionOf(await set(client, item('b@far.example', {}, ...groups)))).toBe('resource-constraint');
    expect(conditionOf(await set(client, item('b@far.example', {}, 'short')))).toBeUndefined();
    expect(conditionOf(await set(client, item('a1@far.example', {}, 'short')))).toBeUndefined();
    expect(conditionOf(await set(client, item('b@far.example', {}, ...groups)))).toBeUndefined();
  });

  test('a change that could not be written is told to nobody', async () => {
    const client = await someone();
    const { journal } = box.store;
    const commit = journal.commit;
    journal.commit = () =>
      Promise.reject(Object.assign(new Error('full'), { name: 'CommitError', code: 'SQLITE_FULL' }));
    try {
      expect(conditionOf(await set(client, item('bob@far.example')))).toBe('resource-constraint');
    } finally {
      journal.commit = commit;
    }
    expect(seen(client)).toEqual([]);
    await set(client, item('bob@far.example'));
    expect(seen(client)).toEqual(['push bob@far.example none']);
  });

  test('sets that come at once are all kept', async () => {
    const phone = await someone();
    const laptop = await box.online(near, alice, 'laptop');
    await Promise.all([
      box.says(phone, iq('set', rosterQuery({}, item('a@far.example', { name: 'A' })))),
      box.says(laptop, presence('subscribe', 'a@far.example')),
      box.says(laptop, iq('set', rosterQuery({}, item('b@far.example')))),
    ]);
    expect(box.store.roster.items(alice.id)).toMatchObject([
      { contact: 'a@far.example', name: 'A', ask: true },
      { contact: 'b@far.example' },
    ]);
  });
});

describe('removal', () => {
  test.each([
    ['none', false, []],
    ['none', true, ['presence:unsubscribe']],
    ['to', false, ['presence:unsubscribe']],
    ['from', false, ['presence:unavailable', 'presence:unsubscribed']],
    ['both', false, ['presence:unavailable', 'presence:unsubscribe', 'presence:unsubscribed']],
  ] as const)(
    'of a contact with subscription %s, ask %s, cancels it both ways',
    async (subscription, ask, expected) => {
      const client = await someone();
      await box.contact(alice, 'bob@far.example', { subscription, ask });
      box.abroad.splice(0);
      await set(client, item('bob@far.example', { subscription: 'remove' }));
      expect(seen(client)).toEqual(['push bob@far.example remove']);
      expect(box.abroad.map((stanza) => line(stanza).split(' ')[0])).toEqual(expected);
      expect(box.abroad.every(({ attrs }) => attrs.to === 'bob@far.example')).toBe(true);
      expect(near.roster.items(alice)).toEqual([]);
    },
  );

  test('between two members leaves the other one with neither subscription', async () => {
    const client = await someone();
    const bob = await box.member(near, 'bob');
    await box.friends(alice, near, bob, near);
    const bobs = await box.online(near, bob, 'phone');
    seen(client);
    await set(client, item(near.addressOf(bob), { subscription: 'remove' }));
    await box.settled();
    expect(box.store.roster.item(bob.id, near.addressOf(alice))?.subscription).toBe('none');
    const address = near.addressOf(alice);
    expect(seen(bobs)).toEqual([
      `presence:unavailable ${address}/phone`,
      `presence:unsubscribe ${address}`,
      `push ${address} to`,
      `presence:unsubscribed ${address}`,
      `push ${address} none`,
    ]);
  });
});

describe('versions (section 2.6)', () => {
  const version = () => box.store.roster.version(alice.id);
  async function withThree(): Promise<Client> {
    const client = await someone();
    for (const name of ['a', 'b', 'c']) await set(client, item(`${name}@far.example`));
    seen(client);
    return client;
  }

  test('the feature is offered after login', () => {
    const features: string[] = [];
    const add = (feature: Element) => void features.push(feature.toString());
    near.hooks.run('stream features', { secure: true, authenticated: false, add });
    expect(features).toEqual([]);
    near.hooks.run('stream features', { secure: true, authenticated: true, add });
    expect(features).toEqual([
      '<ver xmlns="urn:xmpp:features:rosterver"/>',
      '<sub xmlns="urn:xmpp:features:pre-approval"/>',
    ]);
  });

  test('nothing new: an empty result and no pushes', async () => {
    const client = await withThree();
    expect((await ask(client, 'get', rosterQuery({ ver: version() }))).children).toEqual([]);
    box.clock.pass(1);
    expect(seen(client)).toEqual([]);
  });

  test('something new: an empty result, then pushes of just that', async () => {
    const client = await withThree();
    const known = version();
    await set(client, item('b@far.example', { name: 'B' }));
    await set(client, item('c@far.example', { subscription: 'remove' }));
    expect(new Set([known, ...client.received.map((push) => push.getChild('query')?.attrs.ver)]).size).toBe(3);
    const later = box.client(near, alice, 'laptop');
    await set(client, item('d@far.example'));
    expect((await ask(later, 'get', rosterQuery({ ver: known }))).children.map(String)).toHaveLength(1);
    const recent = version();
    await set(client, item('d@far.example', { subscription: 'remove' }));
    const tablet = box.client(near, alice, 'tablet');
    expect((await ask(tablet, 'get', rosterQuery({ ver: recent }))).children).toEqual([]);
    expect(seen(tablet)).toEqual([]);
    box.clock.pass(1);
    expect(tablet.received.at(-1)?.getChild('query')?.attrs.ver).toBe(version());
    expect(seen(tablet)).toEqual(['push d@far.example remove']);
  });

  test.each(['', 'unknown'])('version %j: the whole roster', async (ver) => {
    const client = await withThree();
    const query = (await ask(client, 'get', rosterQuery({ ver }))).getChild('query');
    expect(query?.attrs.ver).toBe(version());
    expect(query?.children).toHaveLength(3);
  });
});
