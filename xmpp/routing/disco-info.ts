/** The answer to disco#info as an element, and its verification string (XEP-0030 section 3, XEP-0115 section 5). */
import { createHash } from 'node:crypto';
import { type Element, xml } from '../xml.ts';
import type { DiscoTable, DiscoTarget, Identity } from './disco-table.ts';

export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';

/** Names this program in its own capabilities. */
export const CAPS_NODE = 'urn:casp3r:server';

/** Names of XEP-0300 to those of node:crypto. */
const HASHES: Readonly<Record<string, string>> = { 'sha-1': 'sha1', 'sha-256': 'sha256', 'sha-512': 'sha512' };

/** `forms`: XEP-0128. */
export function infoElement(
  identities: readonly Identity[],
  features: readonly string[],
  node?: string,
  forms: readonly Element[] = [],
): Element {
  return xml(
    'query',
    { xmlns: NS_DISCO_INFO, node },
    ...identities.map(({ category, type, name }) => xml('identity', { category, type, name })),
    ...features.map((feature) => xml('feature', { var: feature })),
    ...forms,
  );
}

/** `more`: features that only this one has. */
export function infoOf(disco: DiscoTable, target: DiscoTarget, node?: string, more: readonly string[] = []): Element {
  return infoElement(disco.identities(target), [...disco.features(target), ...more], node, disco.forms(target));
}

export const knowsHash = (hash: string): boolean => Object.hasOwn(HASHES, hash);

/**
 * The `ver` of a disco#info answer, or undefined where the answer is ill-formed (XEP-0115 section 5.4) or the hash unknown.
 */
export function verificationString(query: Element, hash = 'sha-1'): string | undefined {
  const algorithm = Object.hasOwn(HASHES, hash) ? HASHES[hash] : undefined;
  if (algorithm === undefined) return undefined;
  const identities = query
    .getChildren('identity')
    .map(({ attrs }) =>
      [attrs.category, attrs.type, attrs['xml:lang'], attrs.name].map((part) => part ?? '').join('/'),
    );
  const features = featuresOf(query);
  const forms = query.getChildren('x', 'jabber:x:data').map(formString);
  if (forms.includes('ill-formed')) return undefined;
  const formTypes = forms.flatMap((form) => (form === 'ignored' ? [] : [form.slice(0, form.indexOf('<'))]));
  if (hasTwins(identities) || hasTwins(features) || hasTwins(formTypes)) return undefined;
  const lines = [
    ...inOctetOrder(identities).map((identity) => `${identity}<`),
    ...inOctetOrder(features).map((feature) => `${feature}<`),
    ...inOctetOrder(forms.filter((form) => form !== 'ignored')),
  ];
  return createHash(algorithm).update(lines.join('')).digest('base64');
}

export function featuresOf(query: Element): string[] {
  return query.getChildren('feature').flatMap(({ attrs }) => (attrs.var === undefined ? [] : [attrs.var]));
}

/** Section 5.1 step 7. 'ignored': a form without a hidden FORM_TYPE. */
function formString(form: Element): string {
  const fields = form.getChildren('field').map((field) => ({
    name: field.attrs.var ?? '',
    type: field.attrs.type,
    values: field.getChildren('value').map((value) => value.text()),
  }));
  const formType = fields.find(({ name }) => name === 'FORM_TYPE');
  if (formType?.type !== 'hidden') return 'ignored';
  if (new Set(formType.values).size !== 1) return 'ill-formed';
  const rest = fields
    .filter((field) => field !== formType)
    .map(({ name, values }) => `${[name, ...inOctetOrder(values)].join('<')}<`);
  return `${formType.values[0]}<${inOctetOrder(rest).join('')}`;
}

const inOctetOrder = (texts: readonly string[]) =>
  [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

const hasTwins = (texts: readonly string[]) => new Set(texts).size !== texts.length;
