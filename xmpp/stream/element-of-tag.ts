/** An `Element` out of a tag of saxes, as xmpp/xml.ts wants it: no prefix, and an `xmlns` where its namespace differs from its parent's. */
import type { SaxesAttributeNS, SaxesTagNS } from 'saxes';
import { Element } from '../xml.ts';

const NS_XML = 'http://www.w3.org/XML/1998/namespace';
const NS_XMLNS = 'http://www.w3.org/2000/xmlns/';

export interface TagElement {
  element: Element;
  /**
   * Characters of namespaces that were declared further out and stand in the element anew. One declared once and used by a thousand
   * elements is written a thousand times: limits count that as sent, too.
   */
  declaredAnew: number;
}

/** @param parentNamespace undefined where there is no parent */
export function elementOfTag(tag: SaxesTagNS, parentNamespace: string | undefined): TagElement {
  const isForeign = tag.uri !== parentNamespace;
  const element = new Element(tag.local, isForeign ? { xmlns: tag.uri } : {});
  let declaredAnew = isForeign && tag.ns[tag.prefix] === undefined ? tag.uri.length : 0;
  for (const name in tag.attributes) {
    const attribute = tag.attributes[name];
    if (attribute) declaredAnew += addAttribute(element, name, attribute);
  }
  return { element, declaredAnew };
}

/** Prefixes other than `xml` are declared on the spot. `__proto__` is no name that an object could hold. */
function addAttribute(element: Element, name: string, { prefix, uri, value }: SaxesAttributeNS): number {
  if (uri === NS_XMLNS || name === '__proto__') return 0;
  element.attrs[name] = value;
  if (prefix === '' || uri === NS_XML) return 0;
  element.attrs[`xmlns:${prefix}`] = uri;
  return uri.length;
}
