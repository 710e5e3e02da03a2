import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { archive } from '../../../xmpp/extensions/archive/archive.ts';
import { carbons } from '../../../xmpp/extensions/carbons.ts';
import { stanzaId } from '../../../xmpp/extensions/stanza-id.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, payloadOf, type TestHost, testHost } from './harness.ts';
import { chat, online, say } from './talk.ts';

const NS = 'urn:xmpp:mam:2';
const RSM = 'http://jabber.org/protocol/rsm';
const SID = 'urn:xmpp:sid:0';
const ALICE = 'alice@casp3r.local';
const BOB = 'bob@casp3r.local';

let host: TestHost;
let alice: Client;
let bob: Client;

beforeEach(async () => {
  host = await testHost(stanzaId, archive, carbons);
  alice = host.client(await host.member('alice'), 'phone');
  bob = host.client(await host.member('bob'), 'tablet');
  for (const client of [alice, bob]) online(host, client);
});

const field = (name: string, ...values: string[]) =>
  xml('field', { var: name }, ...values.map((value) => xml('value', {}, value)));
const form = (...fields: Element[]) =>
  xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, field('FORM_TYPE', NS), ...fields);
const page = (...children: Element[]) => xml('set', { xmlns: RSM }, ...children);
const query = (...children: Element[]) => xml('query', { xmlns: NS, queryid: 'q1' }, ...children);

interface Answer {
  bodies: string[];
  ids: string[];
  fin: Element;
  set: Element | undefined;
  condition: string | undefined;
}

async function ask(client: Client, ...children: Element[]): Promise<Answer> {
  client.received.length = 0;
  const reply = await host.ask(client, 'set', query(...children));
  const results = client.received.map((message) => message.getChild('result', NS));
  const fin = reply.getChild('fin', NS) ?? xml('none');
  return {
    bodies: results.map((result) => bodyOf(result) ?? ''),
    ids: results.map((result) => result?.attrs.id ?? ''),
    fin,
    set: fin.getChild('set', RSM),
    condition: conditionOf(reply),
  };
}

const bodyOf = (result: Element | undefined) =>
  result?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message', 'jabber:client')?.getChildText('body');

async function sayNumbers(count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    host.clock.pass(1000);
    await say(host, alice, BOB, chat(String(number)));
  }
}

test('both sides keep a message before it is delivered, and what is delivered names its id there', async () => {
  await say(host, alice, BOB, chat('hello', { id: 'm1' }));
  const { bodies, ids, fin } = await ask(alice);
  expect(bodies).toEqual(['hello']);
  expect(fin.attrs).toMatchObject({ complete: 'true', stable: 'true' });
  const [delivered] = bob.received;
  const stanzaIds = delivered?.getChildren('stanza-id', SID).map(({ attrs }) => attrs) ?? [];
  expect(stanzaIds).toHaveLength(1);
  expect(stanzaIds[0]?.by).toBe(BOB);
  const ofBob = await ask(bob);
  expect(ofBob.ids).toEqual([stanzaIds[0]?.id]);
  expect(ofBob.ids).not.toEqual(ids);
});

test('a result holds the message as it came, its time, and the id of the query', async () => {
  const atMs = host.clock.nowMs();
  await say(host, alice, `${BOB}/tablet`, chat('hello', { id: 'm1' }));
  host.clock.pass(60_000);
  await ask(alice);
  const [message] = alice.received;
  expect(message?.attrs).toMatchObject({ from: ALICE, to: `${ALICE}/phone` });
  const result = message?.getChild('result', NS);
  expect(result?.attrs.queryid).toBe('q1');
  const forwarded = result?.getChild('forwarded', 'urn:xmpp:forward:0');
  expect(forwarded?.getChild('delay', 'urn:xmpp:delay')?.attrs.stamp).toBe(new Date(atMs).toISOString());
  expect(forwarded?.getChild('message', 'jabber:client')?.attrs).toMatchObject({
    from: `${ALICE}/phone`,
    to: `${BOB}/tablet`,
    id: 'm1',
    type: 'chat',
  });
});

test("a carbon shows the id of its own account's archive", async () => {
  const laptop = host.client(alice.session.account, 'laptop');
  await host.ask(laptop, 'set', xml('enable', { xmlns: 'urn:xmpp:carbons:2' }));
  await say(host, alice, BOB, chat('hello'));
  const sent = laptop.received[0]?.getChild('sent', 'urn:xmpp:carbons:2');
  const shown = sent?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message', 'jabber:client');
  const [stanzaIdOfCarbon] = shown?.getChildren('stanza-id', SID) ?? [];
  expect(stanzaIdOfCarbon?.attrs.by).toBe(ALICE);
  expect((await ask(laptop)).ids).toEqual([stanzaIdOfCarbon?.attrs.id]);
});

test('ids that a sender made up in the name of this host are taken out, those of others stay', async () => {
  const forged = [ALICE, BOB, `${BOB}/x`, 'BOB@CASP3R.local'].map((by) =>
    xml('stanza-id', { xmlns: SID, by, id: 'forged' }),
  );
  const origin = xml('origin-id', { xmlns: SID, id: 'o1' });
  const room = xml('stanza-id', { xmlns: SID, by: 'room@muc.test', id: 'r1' });
  await say(host, 'eve@evil.test/x', BOB, chat('hello', {}, ...forged, room, origin));
  const ids = bob.received[0]?.getChildren('stanza-id', SID) ?? [];
  expect(ids.map(({ attrs }) => attrs.by)).toEqual(['room@muc.test', BOB]);
  expect(bob.received[0]?.getChild('origin-id', SID)?.attrs.id).toBe('o1');
});

test('a message to oneself is kept once', async () => {
  await say(host, alice, ALICE, chat('note'));
  const { bodies } = await ask(alice, form(field('with', ALICE)));
  expect(bodies).toEqual(['note']);
  expect(alice.received).toHaveLength(1);
});

test('pages forwards and backwards, with their place among all', async () => {
  await sayNumbers(5);
  const first = await ask(alice, page(xml('max', {}, '2')));
  expect(first.bodies).toEqual(['1', '2']);
  expect(first.fin.attrs.complete).toBeUndefined();
  expect(first.set?.getChildText('count')).toBe('5');
  expect(first.set?.getChild('first')?.attrs.index).toBe('0');
  const last = first.set?.getChildText('last') ?? '';
  expect(first.ids).toEqual([first.set?.getChildText('first'), last]);
  const next = await ask(alice, page(xml('max', {}, '3'), xml('after', {}, last)));
  expect(next.bodies).toEqual(['3', '4', '5']);
  expect(next.fin.attrs.complete).toBe('true');
  const newest = await ask(alice, page(xml('max', {}, '2'), xml('before')));
  expect(newest.bodies).toEqual(['4', '5']);
  const [four] = newest.ids;
  const before = await ask(alice, page(xml('max', {}, '2'), xml('before', {}, four ?? '')));
  expect(before.bodies).toEqual(['2', '3']);
  const count = await ask(alice, page(xml('max', {}, '0')));
  expect(count.bodies).toEqual([]);
  expect(count.set?.getChildText('count')).toBe('5');
  expect(count.set?.getChild('first')).toBeUndefined();
});

test('a flipped page is the same page, newest first', async () => {
  await sayNumbers(4);
  const { bodies, set, ids } = await ask(alice, page(xml('max', {}, '3')), xml('flip-page'));
  expect(bodies).toEqual(['3', '2', '1']);
  expect(set?.getChildText('first')).toBe(ids[2]);
});

test('a page ends before it grows too large to send, and says that there is more', async () => {
  await sayNumbers(3);
  expect((await ask(alice)).fin.attrs.complete).toBe('true');
  for (let count = 0; count < 9; count += 1) await say(host, alice, BOB, chat('x'.repeat(200_000)));
  const { bodies, fin } = await ask(alice);
  expect(bodies.length).toBeLessThan(12);
  expect(fin.attrs.complete).toBeUndefined();
  const newest = await ask(alice, page(xml('before')));
  expect(newest.bodies.length).toBeGreaterThan(1);
  expect(newest.set?.getChild('first')?.attrs.index).toBe(String(12 - newest.bodies.length));
});

describe('filters', () => {
  test('with a contact, whatever the resource, or with one resource', async () => {
    const carol = host.client(await host.member('carol'), 'desk');
    online(host, carol);
    await say(host, alice, BOB, chat('to bob'));
    await say(host, alice, 'carol@casp3r.local', chat('to carol'));
    await say(host, bob, `${ALICE}/phone`, chat('from bob'));
    await say(host, carol, ALICE, chat('from carol'));
    expect((await ask(alice, form(field('with', BOB)))).bodies).toEqual(['to bob', 'from bob']);
    expect((await ask(alice, form(field('with', `${BOB}/tablet`)))).bodies).toEqual(['from bob']);
  });

  test('from one time to another, both included', async () => {
    const startMs = host.clock.nowMs();
    await sayNumbers(5);
    const at = (seconds: number) => new Date(startMs + seconds * 1000).toISOString();
    const { bodies } = await ask(alice, form(field('start', at(2)), field('end', at(4))));
    expect(bodies).toEqual(['2', '3', '4']);
  });

  test('between ids, and by ids', async () => {
    await sayNumbers(5);
    const { ids } = await ask(alice);
    const [one = '', two = '', , four = ''] = ids;
    expect((await ask(alice, form(field('after-id', one), field('before-id', four)))).bodies).toEqual(['2', '3']);
    expect((await ask(alice, form(field('ids', four, two)))).bodies).toEqual(['2', '4']);
    const narrowed = await ask(alice, form(field('after-id', one)), page(xml('after', {}, two), xml('max', {}, '1')));
    expect(narrowed.bodies).toEqual(['3']);
  });

  test.each([
    ['before-id', form(field('before-id', 'none'))],
    ['after-id', form(field('after-id', 'none'))],
    ['ids', form(field('ids', 'none'))],
    ['after of a page', page(xml('after', {}, 'none'))],
    ['before of a page', page(xml('before', {}, 'none'))],
  ])('an unknown id in %s is item-not-found', async (_, child) => {
    await sayNumbers(1);
    expect((await ask(alice, child)).condition).toBe('item-not-found');
  });

  test.each([
    ['feature-not-implemented', form(field('{urn:example}search', 'x'))],
    ['jid-malformed', form(field('with', '@@'))],
    ['bad-request', form(field('start', 'yesterday'))],
    ['bad-request', form(field('end', '2026-13-45T00:00:00Z'))],
    ['bad-request', page(xml('max', {}, '-1'))],
    ['bad-request', xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, field('FORM_TYPE', 'urn:other'))],
    ['feature-not-implemented', page(xml('index', {}, '3'))],
  ])('%s', async (condition, child) => {
    expect((await ask(alice, child)).condition).toBe(condition);
  });

  test('an id of another account is unknown', async () => {
    await say(host, alice, BOB, chat('hello'));
    const { ids } = await ask(bob);
    expect((await ask(alice, form(field('ids', ...ids)))).condition).toBe('item-not-found');
  });
});

describe('what is kept', () => {
  const hint = (name: string) => xml(name, { xmlns: 'urn:xmpp:hints' });
  const message = (type: string | undefined, ...children: Element[]) => xml('message', { type }, ...children);

  test.each<[string, Element]>([
    ['a body of type normal', message(undefined, xml('body', {}, 'hello'))],
    ['OMEMO', message('chat', xml('encrypted', { xmlns: 'eu.siacs.conversations.axolotl' }))],
    ['OMEMO 2', message('chat', xml('encrypted', { xmlns: 'urn:xmpp:omemo:2' }))],
    ['OpenPGP', message('chat', xml('openpgp', { xmlns: 'urn:xmpp:openpgp:0' }))],
    ['a receipt', message('chat', xml('received', { xmlns: 'urn:xmpp:receipts' }))],
    ['a marker', message('chat', xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0' }))],
    ['a reaction', message('chat', xml('reactions', { xmlns: 'urn:xmpp:reactions:0' }))],
    ['a retraction', message('chat', xml('retract', { xmlns: 'urn:xmpp:message-retract:1' }))],
    ['what says <store/>', message('chat', xml('x', { xmlns: 'urn:example' }), hint('store'))],
  ])('%s', async (_, stanza) => {
    await say(host, alice, BOB, stanza);
    expect((await ask(alice)).ids).toHaveLength(1);
    expect((await ask(bob)).ids).toHaveLength(1);
  });

  test.each<[string, Element]>([
    ['a chat state', message('chat', xml('composing', { xmlns: 'http://jabber.org/protocol/chatstates' }))],
    ['<no-store/>', chat('hello', {}, hint('no-store'))],
    ['<no-permanent-store/>', chat('hello', {}, hint('no-permanent-store'))],
    ['a headline', message('headline', xml('body', {}, 'news'))],
    ['groupchat', message('groupchat', xml('body', {}, 'hello'))],
    ['an error', message('error', xml('body', {}, 'hello'))],
  ])('not: %s', async (_, stanza) => {
    await say(host, alice, `${BOB}/tablet`, stanza);
    expect(bob.received).toHaveLength(1);
    expect(bob.received[0]?.getChild('stanza-id', SID)).toBeUndefined();
    expect((await ask(alice)).ids).toHaveLength(0);
    expect((await ask(bob)).ids).toHaveLength(0);
  });

  test('a message that nobody takes is in no archive', async () => {
    const carol = await host.member('carol');
    await expect(say(host, alice, 'carol@casp3r.local', chat('hello'))).rejects.toThrow('service-unavailable');
    expect((await ask(alice)).ids).toHaveLength(0);
    expect((await ask(host.client(carol, 'x'))).ids).toHaveLength(0);
  });
});

describe('preferences (XEP-0441)', () => {
  const prefs = (mode: string, always: string[] = [], never: string[] = []) => {
    const list = (name: string, jids: string[]) => xml(name, {}, ...jids.map((jid) => xml('jid', {}, jid)));
    return xml('prefs', { xmlns: NS, default: mode }, list('always', always), list('never', never));
  };

  test('what was set is answered and holds; before that everything is kept', async () => {
    expect(payloadOf(await host.ask(alice, 'get', xml('prefs', { xmlns: NS }))).attrs.default).toBe('always');
    const set = payloadOf(await host.ask(alice, 'set', prefs('never', [BOB.toUpperCase()])));
    expect(set.getChild('always')?.getChildText('jid')).toBe(BOB);
    const got = payloadOf(await host.ask(alice, 'get', xml('prefs', { xmlns: NS })));
    expect(got.toString()).toBe(set.toString());
  });

  test.each<[string, Element, number]>([
    ['never', prefs('never'), 0],
    ['never but bob', prefs('never', [BOB]), 1],
    ['always but bob', prefs('always', [], [BOB]), 0],
    ['in both lists: the stricter', prefs('always', [BOB], [BOB]), 0],
    ['another resource of bob', prefs('always', [], [`${BOB}/other`]), 1],
    ['roster, without bob', prefs('roster'), 0],
  ])('%s', async (_, preferences, kept) => {
    await host.ask(alice, 'set', preferences);
    await say(host, bob, ALICE, chat('hello'));
    expect((await ask(alice)).ids).toHaveLength(kept);
    expect((await ask(bob)).ids).toHaveLength(1);
  });

  test('roster, with bob', async () => {
    await host.contact(alice.session.account, BOB, 'none');
    await host.ask(alice, 'set', prefs('roster'));
    await say(host, bob, ALICE, chat('hello'));
    expect((await ask(alice)).ids).toHaveLength(1);
  });

  test('what is no preference is bad-request', async () => {
    expect(conditionOf(await host.ask(alice, 'set', prefs('sometimes')))).toBe('bad-request');
    expect(conditionOf(await host.ask(alice, 'set', prefs('never', ['@@'])))).toBe('jid-malformed');
  });
});

test('metadata names the first and the last message, and nothing for an empty archive', async () => {
  const metadata = () => host.ask(alice, 'get', xml('metadata', { xmlns: NS }));
  expect(payloadOf(await metadata()).children).toEqual([]);
  await sayNumbers(3);
  const { ids } = await ask(alice);
  const told = payloadOf(await metadata());
  expect(told.getChild('start')?.attrs.id).toBe(ids[0]);
  expect(told.getChild('end')?.attrs).toEqual({ id: ids[2], timestamp: new Date(host.clock.nowMs()).toISOString() });
});

test('the form names every field that a query may use', async () => {
  const told = payloadOf(await host.ask(alice, 'get', xml('query', { xmlns: NS })));
  const fields = told
    .getChild('x', 'jabber:x:data')
    ?.getChildren('field')
    .map(({ attrs }) => attrs.var);
  expect(fields).toEqual(expect.arrayContaining(['with', 'start', 'end', 'before-id', 'after-id', 'ids']));
});

test('what is older than the box keeps messages goes by night, and does not come back', async () => {
  const day = 86_400_000;
  await sayNumbers(2);
  const [old] = (await ask(alice)).ids;
  host.clock.pass(8 * day);
  await say(host, alice, BOB, chat('today'));
  const night = async () => {
    for (const work of host.hooks.run('night', { work: [] }).work) await work();
  };
  await night();
  expect((await ask(alice)).bodies).toHaveLength(3);
  host.config.archive.days = 7;
  onTestFinished(() => {
    host.config.archive.days = 0;
  });
  await night();
  const left = await ask(alice);
  expect([left.bodies, left.set?.getChildText('count')]).toEqual([['today'], '1']);
  expect((await ask(bob)).bodies).toEqual(['today']);
  expect((await ask(alice, page(xml('after', {}, old ?? '')))).condition).toBe('item-not-found');
});
