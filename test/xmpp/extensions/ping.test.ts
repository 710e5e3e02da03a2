import { expect, test } from 'vitest';
import { ping } from '../../../xmpp/extensions/ping.ts';
import { xml } from '../../../xmpp/xml.ts';
import { testHost } from './harness.ts';

test('the server answers a ping to itself, to the own bare address and to none', async () => {
  const host = await testHost(ping);
  const phone = host.client(await host.member('juliet'), 'balcony');
  for (const to of ['casp3r.local', 'juliet@casp3r.local', undefined]) {
    const reply = await host.ask(phone, 'get', xml('ping', { xmlns: 'urn:xmpp:ping' }), to);
    expect(reply.attrs).toMatchObject({ type: 'result', to: phone.jid.toString() });
    expect(reply.children).toEqual([]);
  }
});

test('a ping does not tell others which accounts are there', async () => {
  const host = await testHost(ping);
  expect(host.iq.find('get', 'account', xml('ping', { xmlns: 'urn:xmpp:ping' }))?.access).toBe('owner');
});
