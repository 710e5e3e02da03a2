/** Removal and blocking on the real way of a stanza, between two members of one host. */
import { expect, test, vi } from 'vitest';
import { blocking } from '../../../xmpp/extensions/blocking.ts';
import { registration } from '../../../xmpp/extensions/registration.ts';
import { XmppHost } from '../../../xmpp/host.ts';
import { Inbound } from '../../../xmpp/routing/inbound.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { Router } from '../../../xmpp/routing/router.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { Client, testHost } from '../extensions/harness.ts';

async function setUp() {
  const made = await testHost();
  const { store, clock, random, log, config, software, bytestreams } = made;
  const router: Router = new Router((domain) => (host.serves(domain) ? host : undefined), []);
  const host: XmppHost = new XmppHost(made.server.id, {
    ...{ store, clock, random, log, config, software, bytestreams },
    isBeside: () => false,
    hostOf: (domain) => (host.serves(domain) ? host : undefined),
    send: (stanza) => {
      const [from, to] = [Jid.parse(stanza.attrs.from ?? ''), Jid.parse(stanza.attrs.to ?? '')];
      router.route(stanza, to, { from, session: undefined, host, turn: undefined }).catch(() => {});
    },
    linksOf: () => [],
    activity: () => {},
  });
  host.attach([blocking, registration]);
  const inbound = new Inbound(router, () => host.hooks, log);

  const logIn = async (local: string, contact: string) => {
    const account = await made.member(local);
    await made.contact(account, `${contact}@casp3r.local`, 'both');
    return new Client(host.sessions, account, Jid.of(local, 'casp3r.local', 'phone'), clock.nowMs());
  };
  const send = ({ session }: Client, stanza: Element) => inbound.receive(session, stanza);
  const juliet = await logIn('juliet', 'romeo');
  const romeo = await logIn('romeo', 'juliet');
  for (const client of [romeo, juliet]) await send(client, xml('presence'));
  for (const client of [romeo, juliet]) client.received.splice(0);
  return { host, clock, juliet, romeo, send };
}

const brief = ({ received }: Client) => received.splice(0).map(({ name, attrs }) => [name, attrs.type, attrs.from]);

test('who removes the account gets the result, then its end; the contact sees it go and loses the subscription', async () => {
  const { host, clock, juliet, romeo, send } = await setUp();
  await send(
    juliet,
    xml('iq', { type: 'set', id: 'r1' }, xml('query', { xmlns: 'jabber:iq:register' }, xml('remove'))),
  );
  expect(juliet.received.at(-1)?.attrs).toMatchObject({ type: 'result', id: 'r1' });
  expect(juliet.closedWith).toBeUndefined();
  clock.pass(0);
  expect(juliet.closedWith).toBe('not-authorized');
  await vi.waitFor(() => expect(host.roster.items(romeo.session.account)).toMatchObject([{ subscription: 'none' }]));
  expect(brief(romeo)).toContainEqual(['presence', 'unavailable', 'juliet@casp3r.local/phone']);
});

test('who is blocked sees nobody there, until it is not any more', async () => {
  const { juliet, romeo, send } = await setUp();
  const command = (name: string) =>
    xml(
      'iq',
      { type: 'set', id: name },
      xml(name, { xmlns: 'urn:xmpp:blocking' }, xml('item', { jid: 'romeo@casp3r.local' })),
    );
  const chat = (to: string) => xml('message', { type: 'chat', to, id: 'm' }, xml('body', {}, 'hello'));

  await send(juliet, command('block'));
  expect(brief(romeo)).toEqual([['presence', 'unavailable', 'juliet@casp3r.local/phone']]);
  expect(brief(juliet)).toEqual([['iq', 'result', undefined]]);

  await send(romeo, chat('juliet@casp3r.local'));
  expect(brief(romeo)).toEqual([['message', 'error', 'juliet@casp3r.local']]);
  await send(juliet, chat('romeo@casp3r.local'));
  expect(brief(juliet)).toEqual([['message', 'error', 'romeo@casp3r.local']]);
  await send(juliet, xml('presence', {}, xml('show', {}, 'away')));
  expect(brief(romeo)).toEqual([]);

  await send(juliet, command('unblock'));
  expect(brief(romeo)).toEqual([['presence', undefined, 'juliet@casp3r.local/phone']]);
  await send(romeo, chat('juliet@casp3r.local'));
  expect(brief(juliet)).toContainEqual(['message', 'chat', 'romeo@casp3r.local/phone']);
});
