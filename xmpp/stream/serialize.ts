/** Elements as they go over the wire: well-formed whatever strings the program put into them. */
import { type Element, isShared } from '../xml.ts';

/** What XML 1.0 cannot hold, lone surrogates among it (production 2). */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
/** A quick look: true as well for what is only not in the Basic Multilingual Plane. */
const SUSPICIOUS = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/;
const TEXT_SPECIAL = /[&<>\r]/;
const ATTRIBUTE_SPECIAL = /[&<>"'\t\n\r]/;

/**
 * Attributes that are undefined or null are left out; characters that XML 1.0 cannot hold become U+FFFD; white space that the
 * peer's parser would normalise away (XML sections 2.11 and 3.3.3) is written as a reference.
 */
export function serialize(element: Element): string {
  const text = write(element);
  return SUSPICIOUS.test(text) ? text.replace(FORBIDDEN, '\uFFFD') : text;
}

/** Texts of elements that go out in many stanzas. */
const written = new WeakMap<Element, string>();

function write(element: Element): string {
  if (!isShared(element)) return writeAnew(element);
  let text = written.get(element);
  if (text === undefined) {
    text = writeAnew(element);
    written.set(element, text);
  }
  return text;
}

function writeAnew(element: Element): string {
  let out = `<${element.name}`;
  for (const name in element.attrs) {
    const value = element.attrs[name];
    if (value !== undefined && value !== null) out += ` ${name}='${attribute(String(value))}'`;
  }
  if (element.children.length === 0) return `${out}/>`;
  out += '>';
  for (const child of element.children) out += typeof child === 'string' ? text(child) : write(child);
  return `${out}</${element.name}>`;
}

function text(value: string): string {
  if (!TEXT_SPECIAL.test(value)) return value;
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;');
}

/** Escaped for a value in single or double quotes. */
export function attribute(value: string): string {
  if (!ATTRIBUTE_SPECIAL.test(value)) return value;
  return text(value)
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;');
}
