/**
 * Reads an export (XEP-0227) as it comes: what is held at a time is one contact, one message, one item. Entities and document types
 * are refused as in a stream; includes (section 5) are followed down to the children of a user and no further.
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { elementOfTag } from '../stream/element-of-tag.ts';
import type { Element } from '../xml.ts';
import { CONTAINERS, type Container, NS_PIE, NS_PUBSUB, type Piece } from './format.ts';

const NS_XINCLUDE = 'http://www.w3.org/2001/XInclude';
/** Of one element: its characters, pictures among them, and what it is made of. Files come from strangers as well. */
const MAX_CHARACTERS = 16_000_000;
const MAX_ELEMENTS = 20_000;
const MAX_ATTRIBUTES = 100;
const MAX_DEPTH = 100;
const MAX_INCLUDES = 5;

/** Where the elements of the format stand: the document, server-data, host, user. */
const LEVELS = ['server-data', 'host', 'user'] as const;
const USER = 3;

/** A file, and what it names beside itself. */
export interface ExportSource {
  bytes: AsyncIterable<Uint8Array>;
  /** @param href relative to this file @throws Error where there is no such file */
  include(href: string): ExportSource;
}

/** @throws Error with a line for the operator where it is no such export, or not well-formed */
export async function* readExport(source: ExportSource): AsyncGenerator<Piece> {
  yield* readFile(source, { level: 0, host: '' }, 0);
}

interface Place {
  level: number;
  host: string;
}

async function* readFile(source: ExportSource, place: Place, depth: number): AsyncGenerator<Piece> {
  if (depth > MAX_INCLUDES) throw new Error('the files include each other too deeply');
  const reader = new FileReader(place);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const bytes of source.bytes) {
    reader.write(decoder.decode(bytes, { stream: true }));
    for (const found of reader.take()) {
      if (found.kind === 'include') yield* readFile(source.include(found.href), found.place, depth + 1);
      else yield found;
    }
  }
  reader.end();
  yield* reader.take() as Piece[];
}

type Found = Piece | { kind: 'include'; href: string; place: Place };

class FileReader {
  readonly #sax = new SaxesParser({ xmlns: true });
  readonly #place: Place;
  /** What this file itself has opened of the format. */
  #opened = 0;
  #container: { name: Container; depth: number; node?: string } | undefined;
  /** Elements between the user and the part that is read: `<query/>`, `<pubsub><items>`. */
  #between = 0;
  readonly #part: Element[] = [];
  /** Since something was given out or passed over: characters that are in memory, and namespaces that will be written anew. */
  #held = 0;
  #elements = 0;
  #depth = 0;
  #attributes = 0;
  #found: Found[] = [];

  constructor(place: Place) {
    this.#place = { ...place };
    this.#sax.on('opentagstart', () => {
      this.#attributes = 0;
      this.#depth += 1;
      if (this.#depth > MAX_DEPTH) throw new Error('an element is nested too deeply');
    });
    this.#sax.on('attribute', () => {
      this.#attributes += 1;
      if (this.#attributes > MAX_ATTRIBUTES) throw new Error('an element has too many attributes');
    });
    this.#sax.on('opentag', (tag) => this.#open(tag));
    this.#sax.on('closetag', (tag) => {
      this.#depth -= 1;
      this.#close(tag);
      if (this.#part.length === 0) this.#held = 0;
    });
    this.#sax.on('text', (text) => this.#text(text));
    this.#sax.on('cdata', (text) => this.#text(text));
    this.#sax.on('doctype', () => {
      throw new Error('a document type is not taken');
    });
    this.#sax.on('error', (error) => {
      throw error;
    });
  }

  write(text: string): void {
    this.#held += text.length;
    this.#sax.write(text);
    if (this.#held > MAX_CHARACTERS) throw new Error(`<${this.#part[0]?.name ?? 'something'}> is too large`);
  }

  end(): void {
    this.#sax.close();
  }

  take(): Found[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #open(tag: SaxesTagNS): void {
    if (this.#part.length > 0) {
      this.#openPart(tag);
      return;
    }
    if (this.#between > 0) {
      this.#openWithin(tag);
      return;
    }
    if (tag.uri === NS_XINCLUDE && tag.local === 'include') {
      this.#found.push({ kind: 'include', href: attributeOf(tag, 'href'), place: { ...this.#place } });
      this.#between += 1;
      return;
    }
    if (this.#place.level === USER) {
      this.#openChild(tag);
      return;
    }
    if (tag.uri !== NS_PIE || tag.local !== LEVELS[this.#place.level]) {
      if (this.#place.level === 0) throw new Error(`this is no export: it begins with <${tag.name}>`);
      this.#found.push({ kind: 'unknown', what: `<${tag.name}> of ${tag.uri}` });
      this.#between += 1;
      return;
    }
    this.#enter(tag);
  }

  #enter(tag: SaxesTagNS): void {
    this.#place.level += 1;
    this.#opened += 1;
    if (tag.local === 'host') this.#place.host = attributeOf(tag, 'jid');
    if (tag.local !== 'user') return;
    const password = attributeOf(tag, 'password');
    const name = attributeOf(tag, 'name');
    this.#found.push({ kind: 'user', host: this.#place.host, name, ...(password !== '' && { password }) });
  }

  #openChild(tag: SaxesTagNS): void {
    const name = containerOf(tag);
    if (name === undefined && !(tag.uri === NS_PUBSUB && tag.local === 'pubsub')) {
      this.#openPart(tag);
      return;
    }
    this.#between = 1;
    if (name !== undefined) this.#container = { name, depth: 1 };
  }

  /** Within `<pubsub/>`, whose `<items/>` are the containers; within what is left out. */
  #openWithin(tag: SaxesTagNS): void {
    if (this.#container) {
      this.#openPart(tag);
      return;
    }
    this.#between += 1;
    if (this.#place.level === USER && containerOf(tag) === 'items')
      this.#container = { name: 'items', depth: this.#between, node: attributeOf(tag, 'node') };
  }

  #openPart(tag: SaxesTagNS): void {
    const parent = this.#part.at(-1);
    if (!parent) this.#elements = 0;
    this.#elements += 1;
    const { element, declaredAnew } = elementOfTag(tag, parent?.getNS());
    this.#held += declaredAnew;
    if (this.#elements > MAX_ELEMENTS || this.#held > MAX_CHARACTERS)
      throw new Error(`<${this.#part[0]?.name ?? tag.local}> is too large`);
    parent?.append(element);
    this.#part.push(element);
  }

  #close(tag: SaxesTagNS): void {
    const element = this.#part.pop();
    if (element) {
      if (this.#part.length > 0) return;
      const { name = 'user', node } = this.#container ?? {};
      this.#found.push({ kind: 'part', within: name, xml: element.toString(), ...(node !== undefined && { node }) });
      return;
    }
    if (this.#between > 0) {
      if (this.#container?.depth === this.#between) this.#container = undefined;
      this.#between -= 1;
      return;
    }
    if (this.#opened === 0) return;
    if (tag.local === 'user') this.#found.push({ kind: 'end of user' });
    this.#opened -= 1;
    this.#place.level -= 1;
  }

  #text(text: string): void {
    this.#part.at(-1)?.append(text);
  }
}

function containerOf({ uri, local }: SaxesTagNS): Container | undefined {
  const name = `${uri} ${local}`;
  return (Object.keys(CONTAINERS) as (keyof typeof CONTAINERS)[]).find((each) => CONTAINERS[each] === name);
}

function attributeOf(tag: SaxesTagNS, name: string): string {
  return tag.attributes[name]?.value ?? '';
}
