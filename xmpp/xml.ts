/**
 * XML as the program sees it: `Element` of @xmpp/xml. This file is the package's one home.
 *
 * Two conventions hold everywhere behind the parser (xmpp/stream/element-of-tag.ts sees to them):
 * - elements carry no prefix; an element whose namespace differs from its parent's has an `xmlns` attribute;
 * - a stanza of the stream's own namespace (jabber:client, jabber:server) has no `xmlns` of its own. Put one on when a
 *   stanza is embedded in another (`embed`).
 */
import { Element, escapeXML, Parser, xml } from '@xmpp/xml';

export { Element, escapeXML, xml };

/** A deep copy that shares nothing with the original; it has no parent. */
export function clone(element: Element): Element {
  const copy = new Element(element.name, element.attrs);
  for (const child of element.children) copy.append(typeof child === 'string' ? child : clone(child));
  return copy;
}

/** A copy of a stanza that may stand inside another one: it names its namespace, `jabber:client`. */
export function embed(stanza: Element): Element {
  const copy = clone(stanza);
  copy.attrs.xmlns ??= 'jabber:client';
  return copy;
}

/** `embed(stanza).toString()` without the copy of all that is in it. */
export function embeddedText(stanza: Element): string {
  const shell = new Element(stanza.name, { ...stanza.attrs, xmlns: stanza.attrs.xmlns ?? 'jabber:client' });
  // Not appended: what the stanza holds goes on being the stanza's.
  shell.children = stanza.children;
  return shell.toString();
}

const shared = new WeakSet<Element>();

/** Says that this element goes out in many stanzas and never changes again: its text is made once (stream/serialize.ts). */
export function share(element: Element): Element {
  shared.add(element);
  return element;
}

export const isShared = (element: Element) => shared.has(element);

/** The first child element whatever its name, as the payload of an IQ is found. */
export function firstChild(element: Element): Element | undefined {
  return element.children.find((child): child is Element => typeof child !== 'string');
}

/**
 * Reads back what this program serialised (`element.toString()`): rows of the store. What comes off the wire goes through the
 * strict parser of xmpp/stream instead.
 * @throws Error where the text is not one whole element
 */
export function parse(text: string): Element {
  const parser = new Parser();
  let root: Element | undefined;
  let whole = false;
  parser.on('start', (element) => {
    root = element;
  });
  parser.on('element', (element) => root?.append(element));
  parser.on('end', () => {
    whole = true;
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text);
  if (!root || !whole) throw new Error('not one whole element');
  return root;
}
