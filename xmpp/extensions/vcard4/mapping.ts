/** vCard4 (RFC 6351) and vcard-temp (XEP-0054): what of the one is what of the other (XEP-0292 section 11). */
import { type Element, xml } from '../../xml.ts';

export const NS_VCARD4 = 'urn:ietf:params:xml:ns:vcard-4.0';
const NS_VCARD_TEMP = 'vcard-temp';

/** One text in each: the name in vcard-temp, the name in vCard4, the element that holds its value there, what stands before it. */
const TEXTS: readonly [old: string, now: string, value: string, prefix?: string][] = [
  ['FN', 'fn', 'text'],
  ['NICKNAME', 'nickname', 'text'],
  ['BDAY', 'bday', 'date'],
  ['JABBERID', 'impp', 'uri', 'xmpp:'],
  ['TZ', 'tz', 'text'],
  ['TITLE', 'title', 'text'],
  ['ROLE', 'role', 'text'],
  ['DESC', 'note', 'text'],
  ['NOTE', 'note', 'text'],
  ['PRODID', 'prodid', 'text'],
  ['REV', 'rev', 'timestamp'],
  ['UID', 'uid', 'uri'],
  ['URL', 'url', 'uri'],
];

/** The parts of structured ones, in the order of their schema. */
const NAME: readonly [string, string][] = [
  ['FAMILY', 'surname'],
  ['GIVEN', 'given'],
  ['MIDDLE', 'additional'],
  ['PREFIX', 'prefix'],
  ['SUFFIX', 'suffix'],
];
const ADDRESS: readonly [string, string][] = [
  ['POBOX', 'pobox'],
  ['EXTADD', 'ext'],
  ['STREET', 'street'],
  ['LOCALITY', 'locality'],
  ['REGION', 'region'],
  ['PCODE', 'code'],
  ['CTRY', 'country'],
];

/** Empty elements of vcard-temp that are types in vCard4. */
const TYPES = ['HOME', 'WORK', 'VOICE', 'FAX', 'PAGER', 'CELL', 'VIDEO'];

const textOf = (parent: Element, name: string) => parent.getChildText(name)?.trim() ?? '';
const some = (children: readonly Element[], name: string, ...more: Element[]): Element[] =>
  children.length > 0 ? [xml(name, {}, ...more, ...children)] : [];
const withText = (name: string, text: string): Element[] => (text === '' ? [] : [xml(name, {}, text)]);

/** The photo stays out: an avatar has a form of its own (XEP-0084), and need not be sent with every change of a telephone number. */
export function toVcard4(old: Element): Element {
  const texts = TEXTS.flatMap(([name, now, value, prefix = '']) =>
    old.getChildren(name).flatMap((element) => {
      const text = element.text().trim();
      return text === '' ? [] : [xml(now, {}, xml(value, {}, prefix + text))];
    }),
  );
  // vCard4 asks for a formatted name.
  const name = textOf(old, 'FN') === '' ? [xml('fn', {}, xml('text', {}, formattedName(old)))] : [];
  return xml(
    'vcard',
    { xmlns: NS_VCARD4 },
    ...name,
    ...texts,
    ...old.getChildren('N').flatMap((n) => some(partsNow(n, NAME), 'n')),
    ...old.getChildren('ADR').flatMap((adr) => some(partsNow(adr, ADDRESS), 'adr', ...parameters(adr))),
    ...old.getChildren('TEL').flatMap((tel) => valued(tel, 'tel', 'uri', textOf(tel, 'NUMBER'), 'tel:')),
    ...old.getChildren('EMAIL').flatMap((email) => valued(email, 'email', 'text', textOf(email, 'USERID'))),
    ...old.getChildren('ORG').flatMap((org) => valued(org, 'org', 'text', textOf(org, 'ORGNAME'))),
    ...old
      .getChildren('GEO')
      .map((geo) => xml('geo', {}, xml('uri', {}, `geo:${textOf(geo, 'LAT')},${textOf(geo, 'LON')}`))),
    ...some(keywords(old), 'categories'),
  );
}

function formattedName(old: Element): string {
  const n = old.getChild('N');
  return n ? [textOf(n, 'GIVEN'), textOf(n, 'FAMILY')].filter((part) => part !== '').join(' ') : '';
}

const partsNow = (parent: Element, parts: readonly [string, string][]) =>
  parts.flatMap(([name, now]) => withText(now, textOf(parent, name)));

const keywords = (old: Element) =>
  old
    .getChildren('CATEGORIES')
    .flatMap((each) => each.getChildren('KEYWORD').map((word) => xml('text', {}, word.text())));

function valued(old: Element, now: string, value: string, text: string, prefix = ''): Element[] {
  return text === '' ? [] : [xml(now, {}, ...parameters(old), xml(value, {}, prefix + text))];
}

function parameters(old: Element): Element[] {
  const types = TYPES.filter((type) => old.getChild(type)).map((type) => xml('text', {}, type.toLowerCase()));
  const preferred = old.getChild('PREF') ? [xml('pref', {}, xml('integer', {}, '1'))] : [];
  return some([...some(types, 'type'), ...preferred], 'parameters');
}

/** `photo`: what the vCard had of them, kept. */
export function toVcardTemp(now: Element, photos: readonly Element[]): Element {
  const texts = TEXTS.filter(([name]) => name !== 'NOTE').flatMap(([name, present, value, prefix = '']) =>
    now.getChildren(present).flatMap((element) => withText(name, without(prefix, textOf(element, value)))),
  );
  return xml(
    'vCard',
    { xmlns: NS_VCARD_TEMP },
    ...texts,
    ...now.getChildren('n').flatMap((n) => some(partsOld(n, NAME), 'N')),
    ...now.getChildren('adr').flatMap((adr) => some(partsOld(adr, ADDRESS), 'ADR', ...typesOf(adr))),
    ...now.getChildren('tel').flatMap((tel) => inner(tel, 'TEL', 'NUMBER', numberOf(tel))),
    ...now.getChildren('email').flatMap((email) => inner(email, 'EMAIL', 'USERID', textOf(email, 'text'))),
    ...now.getChildren('org').flatMap((org) => inner(org, 'ORG', 'ORGNAME', textOf(org, 'text'))),
    ...now.getChildren('geo').flatMap((geo) => place(textOf(geo, 'uri'))),
    ...some(
      now
        .getChildren('categories')
        .flatMap((each) => each.getChildren('text').map((word) => xml('KEYWORD', {}, word.text()))),
      'CATEGORIES',
    ),
    ...photos,
  );
}

const partsOld = (parent: Element, parts: readonly [string, string][]) =>
  parts.flatMap(([name, now]) => withText(name, textOf(parent, now)));

/** A URI of another kind has no place in vcard-temp. */
const without = (prefix: string, text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : '');

function inner(now: Element, name: string, value: string, text: string): Element[] {
  return text === '' ? [] : [xml(name, {}, ...typesOf(now), xml(value, {}, text))];
}

function typesOf(now: Element): Element[] {
  const parameters = now.getChild('parameters');
  const types =
    parameters
      ?.getChild('type')
      ?.getChildren('text')
      .map((type) => type.text().trim().toUpperCase()) ?? [];
  const preferred = parameters?.getChild('pref') ? ['PREF'] : [];
  return [...TYPES.filter((type) => types.includes(type)), ...preferred].map((type) => xml(type));
}

const numberOf = (tel: Element) => without('tel:', textOf(tel, 'uri')) || textOf(tel, 'text');

function place(uri: string): Element[] {
  const [, latitude, longitude] = /^geo:(-?[\d.]+),(-?[\d.]+)/.exec(uri) ?? [];
  return latitude && longitude ? [xml('GEO', {}, xml('LAT', {}, latitude), xml('LON', {}, longitude))] : [];
}
