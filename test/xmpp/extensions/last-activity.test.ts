import { expect, test } from 'vitest';
import { lastActivity } from '../../../xmpp/extensions/last-activity.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, payloadOf, type TestHost, testHost } from './harness.ts';

const query = () => xml('query', { xmlns: 'jabber:iq:last' });

async function setUp() {
  const host = await testHost(lastActivity);
  const juliet = await host.member('juliet');
  await host.contact(juliet, 'romeo@casp3r.local', 'both');
  const romeo = host.client(await host.member('romeo'), 'orchard');
  return { host, juliet, romeo };
}

/** Ends a session after its unavailable presence, and waits until the end is on disk. */
async function goAway(host: TestHost, { session, jid }: Client, status: string): Promise<void> {
  const stanza = xml('presence', { type: 'unavailable' }, xml('status', {}, status));
  host.hooks.run('stanza from session', { session, stanza, from: jid, to: undefined, drop: false });
  host.sessions.end(session);
  await host.configure({});
}

test('the server tells how long it is up', async () => {
  const { host, romeo } = await setUp();
  host.clock.pass(123_456_000);
  const told = payloadOf(await host.ask(romeo, 'get', query(), 'casp3r.local'));
  expect(told.attrs.seconds).toBe('123456');
});

test('a contact that went away: when its last resource did, and what it said', async () => {
  const { host, juliet, romeo } = await setUp();
  const [phone, laptop] = [host.client(juliet, 'phone'), host.client(juliet, 'laptop')];
  await goAway(host, phone, 'off the phone');
  expect(payloadOf(await host.ask(romeo, 'get', query(), 'juliet@casp3r.local')).attrs.seconds).toBe('0');
  host.clock.pass(60_000);
  await goAway(host, laptop, 'Heading Home');
  host.clock.pass(903_500);
  const told = payloadOf(await host.ask(romeo, 'get', query(), 'juliet@casp3r.local'));
  expect([told.attrs.seconds, told.getText()]).toEqual(['903', 'Heading Home']);
});

test('one that was never here is item-not-found', async () => {
  const { host, romeo } = await setUp();
  expect(conditionOf(await host.ask(romeo, 'get', query(), 'juliet@casp3r.local'))).toBe('item-not-found');
});

test('it is for those who may see presence, at a bare and at a full address', async () => {
  const { host, juliet } = await setUp();
  expect(host.iq.find('get', 'account', query())).toMatchObject({ access: 'contact' });
  const to = host.client(juliet, 'phone').jid;
  const ask = (from: string) => () =>
    host.hooks.run('stanza to account', {
      account: juliet,
      stanza: xml('iq', { type: 'get', id: '1' }, query()),
      from: Jid.parse(from),
      to,
      drop: false,
    });
  expect(ask('romeo@casp3r.local/orchard')).not.toThrow();
  expect(ask('paris@elsewhere.test/x')).toThrow(expect.objectContaining({ condition: 'service-unavailable' }));
});
