/** XML as the tests see it: names and namespaces resolved, prefixes forgotten, so that comparison is about meaning. */
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';

export interface Tree {
  /** Local name. */
  name: string;
  ns: string;
  /** `xmlns` declarations left out; one of a namespace is keyed as `{namespace}local`. */
  attrs: ReadonlyMap<string, string>;
  children: (Tree | string)[];
}

export const NS_STREAM = 'http://etherx.jabber.org/streams';
const NS_XMLNS = 'http://www.w3.org/2000/xmlns/';
const NS_XML = 'http://www.w3.org/XML/1998/namespace';

export interface TreeEvents {
  /** The start tag of the outermost element, as soon as it is read. */
  opened(root: Tree): void;
  /** A whole child of the outermost element. */
  child(element: Tree): void;
  /** The outermost element's end tag. */
  ended(): void;
  failed(error: Error): void;
}

/** Reads one document piece by piece. */
export class TreeReader {
  readonly #parser = new SaxesParser({ xmlns: true });
  readonly #open: Tree[] = [];

  constructor(events: TreeEvents) {
    this.#parser.on('opentag', (tag) => {
      const element = treeOf(tag);
      this.#open.at(-1)?.children.push(element);
      this.#open.push(element);
      if (this.#open.length === 1) events.opened(element);
    });
    this.#parser.on('closetag', () => {
      const element = this.#open.pop();
      if (this.#open.length === 0) events.ended();
      else if (this.#open.length === 1 && element) {
        const root = this.#open[0];
        if (root) root.children.length = 0;
        events.child(element);
      }
    });
    const text = (part: string) => {
      if (this.#open.length < 2) return;
      const children = this.#open.at(-1)?.children ?? [];
      const last = children.at(-1);
      if (typeof last === 'string') children[children.length - 1] = last + part;
      else children.push(part);
    };
    this.#parser.on('text', text);
    this.#parser.on('cdata', text);
    this.#parser.on('error', (error) => events.failed(error));
  }

  write(chunk: string): void {
    this.#parser.write(chunk);
  }
}

function treeOf(tag: SaxesTagNS): Tree {
  const attrs = new Map<string, string>();
  for (const attribute of Object.values(tag.attributes) as SaxesAttributeNS[]) {
    if (attribute.uri === NS_XMLNS) continue;
    attrs.set(attribute.uri ? `{${attribute.uri}}${attribute.local}` : attribute.local, attribute.value);
  }
  return { name: tag.local, ns: tag.uri, attrs, children: [] };
}

/** The elements of a fragment, in the namespace of a client stream unless they say otherwise. @throws Error where it is not well-formed. */
export function parseFragment(text: string): Tree[] {
  const found: Tree[] = [];
  let problem: Error | undefined;
  const reader = new TreeReader({
    opened: () => undefined,
    child: (element) => found.push(element),
    ended: () => undefined,
    failed: (error) => {
      problem ??= error;
    },
  });
  reader.write(
    `<all xmlns='jabber:client' xmlns:stream='${NS_STREAM}' xmlns:db='jabber:server:dialback' xmlns:talk='urn:casp3r:talk'>`,
  );
  reader.write(`${text}</all>`);
  if (problem) throw problem;
  return found;
}

/** For people: namespaces are shown where they change, layout whitespace is as it came. */
export function show(tree: Tree, parentNs = 'jabber:client'): string {
  const attrs = [...tree.attrs].map(([name, value]) => ` ${name.replace(`{${NS_XML}}`, 'xml:')}='${escapeXml(value)}'`);
  const prefix = tree.ns === NS_STREAM ? 'stream:' : '';
  const xmlns = prefix || tree.ns === parentNs ? '' : ` xmlns='${tree.ns}'`;
  const start = `<${prefix}${tree.name}${xmlns}${attrs.join('')}`;
  const within = prefix ? parentNs : tree.ns;
  const content = tree.children.map((child) => (typeof child === 'string' ? escapeXml(child) : show(child, within)));
  return content.length === 0 ? `${start}/>` : `${start}>${content.join('')}</${prefix}${tree.name}>`;
}

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');

export const elementsOf = (tree: Tree): Tree[] =>
  tree.children.filter((child): child is Tree => typeof child !== 'string');

export const childOf = (tree: Tree, name: string, ns?: string): Tree | undefined =>
  elementsOf(tree).find((child) => child.name === name && (ns === undefined || child.ns === ns));

export const textOf = (tree: Tree | undefined): string =>
  tree?.children.filter((child) => typeof child === 'string').join('') ?? '';
