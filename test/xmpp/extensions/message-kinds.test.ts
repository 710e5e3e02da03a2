/** What of a conversation is more or less than text: where each kind is kept, and who gets a copy. */
import { beforeEach, expect, test } from 'vitest';
import { archive } from '../../../xmpp/extensions/archive/archive.ts';
import { carbons } from '../../../xmpp/extensions/carbons.ts';
import { offline } from '../../../xmpp/extensions/offline.ts';
import { stanzaId } from '../../../xmpp/extensions/stanza-id.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { clone, type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, type TestHost, testHost } from './harness.ts';
import { online, say } from './talk.ts';

let host: TestHost;
let alice: Client;
let bob: Client;
let laptop: Client;
let carol: Account;

beforeEach(async () => {
  host = await testHost(stanzaId, archive, offline, carbons);
  alice = host.client(await host.member('alice'), 'phone');
  const account = await host.member('bob');
  bob = host.client(account, 'phone');
  laptop = host.client(account, 'laptop');
  carol = await host.member('carol');
  for (const client of [alice, bob]) online(host, client);
  await host.ask(laptop, 'set', xml('enable', { xmlns: 'urn:xmpp:carbons:2' }));
});

const body = (text: string) => xml('body', {}, text);
const of = (name: string, xmlns: string, attrs: Record<string, string> = {}, ...children: Element[]) =>
  xml(name, { xmlns, ...attrs }, ...children);

test.each<[kind: string, kept: boolean, children: Element[]]>([
  ['a correction (XEP-0308)', true, [body('right'), of('replace', 'urn:xmpp:message-correct:0', { id: 'wrong' })]],
  ['a reaction (XEP-0444)', true, [of('reactions', 'urn:xmpp:reactions:0', { id: 'm' }, xml('reaction', {}, '👋'))]],
  ['a reaction taken back', true, [of('reactions', 'urn:xmpp:reactions:0', { id: 'm' })]],
  ['a reply (XEP-0461)', true, [body('yes'), of('reply', 'urn:xmpp:reply:0', { to: 'bob@casp3r.local', id: 'm' })]],
  ['a receipt (XEP-0184)', true, [of('received', 'urn:xmpp:receipts', { id: 'm' })]],
  ['a displayed marker (XEP-0333)', true, [of('displayed', 'urn:xmpp:chat-markers:0', { id: 'm' })]],
  ['a retraction (XEP-0424)', true, [of('retract', 'urn:xmpp:message-retract:1', { id: 'm' })]],
  ['a call (XEP-0353), without the hint', true, [of('propose', 'urn:xmpp:jingle-message:0', { id: 'c' })]],
  ['its end', true, [of('finish', 'urn:xmpp:jingle-message:0', { id: 'c' })]],
  ['a chat state (XEP-0085)', false, [of('composing', 'http://jabber.org/protocol/chatstates')]],
])('%s: kept: %s; always copied to the other devices', async (_, kept, children) => {
  const message = () => xml('message', { type: 'chat', id: 'x' }, ...children.map(clone));
  await say(host, alice, bob.jid.toString(), message());
  expect(bob.received).toHaveLength(1);
  expect(laptop.received.map((copy) => copy.getChildElements()[0]?.name)).toEqual(['received']);
  for (const { session } of [alice, bob])
    expect(host.store.archive.page({ account: session.account.id, limit: 9, fromEnd: false }).total).toBe(kept ? 1 : 0);
  await say(host, alice, 'carol@casp3r.local', message());
  expect(host.store.offline.count(carol.id)).toBe(kept ? 1 : 0);
});
