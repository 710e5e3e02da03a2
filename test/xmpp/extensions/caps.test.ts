import { beforeEach, expect, test, vi } from 'vitest';
import { caps } from '../../../xmpp/extensions/caps.ts';
import { CAPS_NODE, infoElement, infoOf, verificationString } from '../../../xmpp/routing/disco-info.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type TestHost, testHost } from './harness.ts';
import { online } from './talk.ts';

const NS = 'http://jabber.org/protocol/caps';
const INFO = infoElement([{ category: 'client', type: 'phone' }], ['urn:example:a', 'urn:example:a+notify']);
const VER = verificationString(INFO) ?? '';

let host: TestHost;
let alice: Account;
/** 'full JID: features' as other extensions are told. */
let known: string[];
let forgotten: string[];
/** The disco#info queries under way, and their answers to give. */
let asked: { iq: Element; answer(info: Element): void; fail(): void }[];

beforeEach(async () => {
  host = await testHost(caps);
  alice = await host.member('alice');
  known = [];
  forgotten = [];
  asked = [];
  host.hooks.on('features known', ({ jid, features }) => known.push(`${jid}: ${[...features].join(' ')}`));
  host.hooks.on('features forgotten', ({ jid }) => forgotten.push(jid.toString()));
  host.query = (iq) =>
    new Promise((resolve, reject) => {
      asked.push({ iq, answer: resolve, fail: () => reject(new StanzaError('service-unavailable')) });
    });
});

const c = (ver = VER, hash: string | undefined = 'sha-1') => xml('c', { xmlns: NS, hash, node: 'urn:client', ver });

/** A contact's presence reaches the account, as router and im/presence.ts tell it. */
function presence(from: string, ...children: Element[]): void {
  arrives(from, xml('presence', { from, to: host.addressOf(alice) }, ...children), 'presence received');
}

function gone(from: string): void {
  arrives(from, xml('presence', { type: 'unavailable', from, to: host.addressOf(alice) }), 'stanza to account');
}

function arrives(from: string, stanza: Element, hook: 'presence received' | 'stanza to account'): void {
  const to = Jid.parse(host.addressOf(alice));
  host.hooks.run(hook, { account: alice, stanza, from: Jid.parse(from), to, drop: false });
}

const told = (count: number) => vi.waitFor(() => expect(known).toHaveLength(count));
const askedTimes = (count: number) => vi.waitFor(() => expect(asked).toHaveLength(count));

test("the host's own capabilities are among the features of a stream that has logged in", () => {
  host.disco.addFeatures('server', ['urn:example:x']);
  const features: Element[] = [];
  const add = (feature: Element) => void features.push(feature);
  host.hooks.run('stream features', { secure: true, authenticated: false, add });
  expect(features).toEqual([]);
  host.hooks.run('stream features', { secure: true, authenticated: true, add });
  const ver = verificationString(infoOf(host.disco, 'server'));
  expect(features[0]?.attrs).toMatchObject({ xmlns: NS, hash: 'sha-1', node: CAPS_NODE, ver });
});

test('a resource of the member is asked once for a version, by its full JID and from its own account', async () => {
  const phone = host.client(alice, 'phone');
  online(host, phone, 0, c());
  online(host, phone, 5, c());
  online(host, host.client(alice, 'laptop'), 0, c());
  await askedTimes(1);
  expect(asked[0]?.iq.attrs).toMatchObject({ type: 'get', from: 'alice@casp3r.local', to: 'alice@casp3r.local/phone' });
  expect(asked[0]?.iq.getChild('query')?.attrs.node).toBe(`urn:client#${VER}`);
  asked[0]?.answer(INFO);
  await told(2);
  expect(known[1]).toBe('alice@casp3r.local/laptop: urn:example:a urn:example:a+notify');
  online(host, host.client(alice, 'tablet'), 0, c());
  expect(known).toHaveLength(3);
  expect(asked).toHaveLength(1);
});

test('a lie counts for the liar only, and the next who says the same is asked', async () => {
  await host.contact(alice, 'bob@b.test', 'both');
  await host.contact(alice, 'eve@b.test', 'both');
  presence('eve@b.test/x', c());
  presence('bob@b.test/x', c());
  await askedTimes(1);
  asked[0]?.answer(infoElement([], ['urn:example:lie']));
  await askedTimes(2);
  expect(asked[1]?.iq.attrs.to).toBe('bob@b.test/x');
  asked[1]?.answer(INFO);
  await told(2);
  expect(known).toEqual(['eve@b.test/x: urn:example:lie', 'bob@b.test/x: urn:example:a urn:example:a+notify']);
});

test('where one does not answer or answers nonsense the next is asked', async () => {
  for (const name of ['a', 'b', 'c']) await host.contact(alice, `${name}@b.test`, 'both');
  for (const name of ['a', 'b', 'c']) presence(`${name}@b.test/x`, c());
  await askedTimes(1);
  asked[0]?.fail();
  await askedTimes(2);
  const twice = infoElement([], ['urn:example:a', 'urn:example:a']);
  asked[1]?.answer(twice);
  await askedTimes(3);
  asked[2]?.answer(INFO);
  await told(1);
  expect(known[0]).toMatch(/^c@b\.test/);
});

test('a hash that is not known is asked for, and shared with nobody', async () => {
  await host.contact(alice, 'bob@b.test', 'both');
  presence('bob@b.test/x', c('abc', 'blake9'));
  await askedTimes(1);
  asked[0]?.answer(INFO);
  await told(1);
  presence('bob@b.test/y', c('abc', 'blake9'));
  await askedTimes(2);
});

test('who is seen and does not see yet is asked: it may in a moment, and will not say again what it speaks', async () => {
  await host.contact(alice, 'bob@b.test', 'to');
  presence('bob@b.test/x', c());
  await askedTimes(1);
});

test('strangers are not asked, nor is what names no hash', async () => {
  presence('eve@b.test/x', c());
  const plain = xml('c', { xmlns: NS, node: 'urn:client', ver: VER });
  online(host, host.client(alice, 'phone'), 0, plain);
  expect(asked).toEqual([]);
});

test('who goes offline is forgotten, and an answer that comes later is told to nobody', async () => {
  await host.contact(alice, 'bob@b.test', 'both');
  presence('bob@b.test/x', c());
  presence('bob@b.test/y', c());
  gone('bob@b.test/x');
  expect(forgotten).toEqual(['bob@b.test/x']);
  asked[0]?.answer(INFO);
  await told(1);
  expect(known[0]).toMatch(/^bob@b\.test\/y/);
  gone('bob@b.test');
  expect(forgotten).toEqual(['bob@b.test/x', 'bob@b.test/y']);
  const phone = host.client(alice, 'phone');
  online(host, phone, 0, c());
  host.sessions.end(phone.session);
  expect(forgotten[2]).toBe('alice@casp3r.local/phone');
});

test('who says one version and another by turns is asked once more for each, not once a change', async () => {
  const phone = host.client(alice, 'phone');
  for (let turn = 0; turn < 20; turn += 1) online(host, phone, 0, c(turn % 2 === 0 ? 'other' : VER));
  await askedTimes(2);
  for (let next = 0; next < asked.length; next += 1) {
    asked[next]?.fail();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(asked.length).toBeLessThanOrEqual(4);
});

test('more features than any client has are not remembered', async () => {
  const many = Array.from({ length: 900 }, (_, index) => `urn:example:${index}:${'x'.repeat(100)}`);
  const info = infoElement([{ category: 'client', type: 'phone' }], many);
  online(host, host.client(alice, 'phone'), 0, c(verificationString(info)));
  await askedTimes(1);
  asked[0]?.answer(info);
  online(host, host.client(alice, 'laptop'), 0, c(verificationString(info)));
  await askedTimes(2);
  expect(known).toEqual([]);
});
