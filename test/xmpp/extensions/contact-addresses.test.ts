import { expect, onTestFinished, test } from 'vitest';
import type { ServerConfig } from '../../../xmpp/config.ts';
import { readForm } from '../../../xmpp/data-form.ts';
import { contactAddresses } from '../../../xmpp/extensions/contact-addresses.ts';
import { disco } from '../../../xmpp/extensions/disco.ts';
import { CAPS_NODE, verificationString } from '../../../xmpp/routing/disco-info.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { payloadOf, type TestHost, testConfig, testHost } from './harness.ts';

async function hostWith(contact: ServerConfig['contact']): Promise<TestHost> {
  testConfig.contact = contact;
  onTestFinished(() => {
    testConfig.contact = {};
  });
  const host = await testHost(disco, contactAddresses);
  await host.member('alice', 'administrator');
  return host;
}
async function infoOf(host: TestHost, node?: string): Promise<Element> {
  const asker = host.client(await host.member(`asker${host.accounts.list().length}`), 'phone');
  return payloadOf(
    await host.ask(
      asker,
      'get',
      xml('query', { xmlns: 'http://jabber.org/protocol/disco#info', node }),
      'casp3r.local',
    ),
  );
}
function addressesIn(info: Element): object {
  const form = info.getChild('x', 'jabber:x:data');
  if (!form) return {};
  const { formType, fields } = readForm(form);
  expect(formType).toBe('http://jabber.org/network/serverinfo');
  return Object.fromEntries(fields);
}

test('where nobody is named, abuse goes to the administrators', async () => {
  const host = await hostWith({});
  const alice = ['xmpp:alice@casp3r.local'];
  expect(addressesIn(await infoOf(host))).toEqual({ 'abuse-addresses': alice, 'admin-addresses': alice });
});

test('whom the owner names, and nobody where the owner says so', async () => {
  const host = await hostWith({ abuse: ['mailto:abuse@b.test'], admin: [], status: ['https://status.b.test'] });
  expect(addressesIn(await infoOf(host))).toEqual({
    'abuse-addresses': ['mailto:abuse@b.test'],
    'status-addresses': ['https://status.b.test'],
  });
});

test('the form is part of the capabilities', async () => {
  const host = await hostWith({ abuse: ['mailto:abuse@b.test'] });
  const info = await infoOf(host);
  const again = await infoOf(host, `${CAPS_NODE}#${verificationString(info)}`);
  expect(addressesIn(again)).toEqual(addressesIn(info));
});
