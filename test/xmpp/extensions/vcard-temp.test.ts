import { expect, test } from 'vitest';
import { vcardTemp } from '../../../xmpp/extensions/vcard-temp.ts';
import { xml } from '../../../xmpp/xml.ts';
import { conditionOf, payloadOf, testHost } from './harness.ts';

const vcard = (name?: string) => xml('vCard', { xmlns: 'vcard-temp' }, name ? xml('FN', {}, name) : undefined);

async function setUp() {
  const host = await testHost(vcardTemp);
  const phone = host.client(await host.member('juliet'), 'phone');
  const romeo = host.client(await host.member('romeo'), 'phone');
  return { host, phone, romeo };
}

test('a vCard is replaced as a whole, and read by its owner and by others', async () => {
  const { host, phone, romeo } = await setUp();
  await host.ask(phone, 'set', vcard('J'));
  expect((await host.ask(phone, 'set', vcard('Juliet Capulet'))).attrs.type).toBe('result');
  for (const reply of [
    await host.ask(phone, 'get', vcard()),
    await host.ask(romeo, 'get', vcard(), 'juliet@casp3r.local'),
  ])
    expect(payloadOf(reply).toString()).toBe(vcard('Juliet Capulet').toString());
});

test('none is item-not-found to its owner, and to others the same as no account', async () => {
  const { host, phone, romeo } = await setUp();
  expect(conditionOf(await host.ask(phone, 'get', vcard()))).toBe('item-not-found');
  expect(conditionOf(await host.ask(romeo, 'get', vcard(), 'juliet@casp3r.local'))).toBe('service-unavailable');
});

test('only the owner sets it', async () => {
  const { host } = await setUp();
  expect(host.iq.find('set', 'account', vcard())).toMatchObject({ access: 'owner' });
  expect(host.iq.find('get', 'account', vcard())).toMatchObject({ access: 'anyone' });
});

test('one that is too large is refused, and the old one stays', async () => {
  const { host, phone } = await setUp();
  await host.ask(phone, 'set', vcard('Juliet'));
  expect(conditionOf(await host.ask(phone, 'set', vcard('x'.repeat(131_072))))).toBe('policy-violation');
  expect(payloadOf(await host.ask(phone, 'get', vcard())).getChildText('FN')).toBe('Juliet');
});
