import { expect, test } from 'vitest';
import { version } from '../../../xmpp/extensions/version.ts';
import { xml } from '../../../xmpp/xml.ts';
import { payloadOf, testHost } from './harness.ts';

test('it tells name and version, and not the operating system', async () => {
  const host = await testHost(version);
  const phone = host.client(await host.member('juliet'), 'balcony');
  const told = payloadOf(await host.ask(phone, 'get', xml('query', { xmlns: 'jabber:iq:version' }), 'casp3r.local'));
  expect(told.getChildElements().map((child) => [child.name, child.getText()])).toEqual([
    ['name', host.software.name],
    ['version', host.software.version],
  ]);
});
