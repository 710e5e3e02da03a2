import { expect, test } from 'vitest';
import { infoElement, verificationString } from '../../../xmpp/routing/disco-info.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';

const FEATURES = [
  'http://jabber.org/protocol/disco#items',
  'http://jabber.org/protocol/caps',
  'http://jabber.org/protocol/muc',
  'http://jabber.org/protocol/disco#info',
];

const exodus = () => infoElement([{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }], FEATURES);

function form(...fields: [name: string, type: string | undefined, ...values: string[]][]): Element {
  const elements = fields.map(([name, type, ...values]) =>
    xml('field', { var: name, type }, ...values.map((value) => xml('value', {}, value))),
  );
  return xml('x', { xmlns: 'jabber:x:data', type: 'result' }, ...elements);
}

test('the simple example of XEP-0115 section 5.2', () => {
  expect(verificationString(exodus())).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
});

test('the complex example of XEP-0115 section 5.3', () => {
  const query = xml(
    'query',
    { xmlns: 'http://jabber.org/protocol/disco#info' },
    xml('identity', { 'xml:lang': 'en', category: 'client', name: 'Psi 0.11', type: 'pc' }),
    xml('identity', { 'xml:lang': 'el', category: 'client', name: 'Ψ 0.11', type: 'pc' }),
    ...FEATURES.map((feature) => xml('feature', { var: feature })),
    form(
      ['os', undefined, 'Mac'],
      ['FORM_TYPE', 'hidden', 'urn:xmpp:dataforms:softwareinfo'],
      ['ip_version', 'text-multi', 'ipv6', 'ipv4'],
      ['os_version', undefined, '10.5.1'],
      ['software_version', undefined, '0.11'],
      ['software', undefined, 'Psi'],
    ),
  );
  expect(verificationString(query)).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=');
});

test('what is ill-formed by section 5.4 has no verification string', () => {
  const twice = exodus();
  twice.append(xml('feature', { var: FEATURES[0] }));
  expect(verificationString(twice)).toBeUndefined();
  const twins = exodus();
  twins.append(form(['FORM_TYPE', 'hidden', 'a']), form(['FORM_TYPE', 'hidden', 'a']));
  expect(verificationString(twins)).toBeUndefined();
  const ambiguous = exodus();
  ambiguous.append(form(['FORM_TYPE', 'hidden', 'a', 'b']));
  expect(verificationString(ambiguous)).toBeUndefined();
  expect(verificationString(exodus(), 'md5')).toBeUndefined();
});

test('a form without a hidden FORM_TYPE does not count', () => {
  const query = exodus();
  query.append(form(['FORM_TYPE', 'text-single', 'a'], ['b', undefined, 'c']), form(['d', undefined, 'e']));
  expect(verificationString(query)).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
});
