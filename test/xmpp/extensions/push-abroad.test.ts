/** Push by the whole way of a stanza: to an app server beyond the box, and to a member's client that stands in for one. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { extensions } from '../../../xmpp/extensions.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, parse, xml } from '../../../xmpp/xml.ts';
import { type Box, iq, openBox } from '../im/box.ts';
import type { Client } from './harness.ts';

let box: Box;
let close: () => Promise<void>;
let alice: Account;
let phone: Client;
let bob: Client;

beforeEach(async () => {
  ({ box, close } = await openBox(extensions));
  alice = await box.member(box.near, 'alice');
  phone = await box.online(box.near, alice, 'phone');
  bob = await box.online(box.near, await box.member(box.near, 'bob'), 'pc');
  await box.friends(alice, box.near, bob.session.account, box.near);
});
afterEach(() => close());

const enable = (jid: string) => iq('set', xml('enable', { xmlns: 'urn:xmpp:push:0', jid, node: 'n' }));
const says = (text: string) =>
  box.says(bob, xml('message', { type: 'chat', to: box.near.addressOf(alice) }, xml('body', {}, text)));
const registered = () => box.store.extras.pushRegistrations(alice.id).length;
const notifications = (stanzas: Element[]) => stanzas.filter((stanza) => stanza.getChild('pubsub'));
const answer = ({ attrs: { id, from, to } }: Element, type: string, inner = '') =>
  parse(`<iq type='${type}' id='${id}' from='${to}' to='${from}'>${inner}</iq>`);
const refusal = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

test('an app server elsewhere is told, and told no more when it refuses', async () => {
  await box.says(phone, enable('push.app.example'));
  box.near.sessions.end(phone.session);
  await says('hello');
  const [first] = notifications(box.abroad);
  expect(first?.attrs).toMatchObject({ type: 'set', from: 'near.example', to: 'push.app.example' });
  if (first) await box.fromAfar(answer(first, 'result'));
  box.clock.pass(120_000);
  await says('again');
  const [, second] = notifications(box.abroad);
  if (second) await box.fromAfar(answer(second, 'error', refusal));
  await box.store.journal.commit();
  expect(registered()).toBe(0);
  box.clock.pass(120_000);
  await says('and again');
  expect(notifications(box.abroad)).toHaveLength(2);
});

test('one that does not answer stays registered', async () => {
  await box.says(phone, enable('push.app.example'));
  box.near.sessions.end(phone.session);
  await says('hello');
  box.clock.pass(30_000);
  await new Promise((resolve) => setImmediate(resolve));
  box.clock.pass(120_000);
  await says('again');
  expect([registered(), notifications(box.abroad).length]).toEqual([1, 2]);
});

test("the box's own services are none", async () => {
  const request = enable('pubsub.near.example');
  await box.says(phone, request);
  const reply = phone.received.find(({ attrs }) => attrs.id === request.attrs.id);
  expect([reply?.attrs.type, registered()]).toEqual(['error', 0]);
});
