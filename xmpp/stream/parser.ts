/**
 * The stream's XML, strict and namespace-aware (RFC 6120 sections 4.8 and 11): bytes in, stream header, elements and end out.
 * What section 11.1 forbids (DOCTYPE, comments, processing instructions, other entities) ends the stream, and so does an element
 * over the limits, before it is held in memory whole. saxes is at home here, in element-of-tag.ts and in portability/reader.ts.
 */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import type { Element } from '../xml.ts';
import { elementOfTag } from './element-of-tag.ts';
import { StreamError } from './stream-error.ts';

export const NS_STREAM = 'http://etherx.jabber.org/streams';

export interface StreamHeader {
  /** Only in the answer to a header. */
  id?: string | undefined;
  to: string | undefined;
  from: string | undefined;
  version: string | undefined;
  lang: string | undefined;
}

/** Each 0 switches a limit off. */
export interface ParserLimits {
  /** Bytes of one element of the stream, as they came over the wire; the stream header is held to it as well. */
  bytes: number;
  /** Depth of elements within it, itself being 1. */
  depth: number;
  /** Attributes of one element, namespace declarations among them. */
  attributes: number;
}

/** Called while bytes are written, in the order of the stream. */
export interface ParserEvents {
  header(header: StreamHeader): void;
  element(element: Element): void;
  end(): void;
}

/** Elements in one element of the stream: far more than any protocol has, few enough for a small box. */
const MAX_ELEMENTS = 10_000;

/** Thrown to leave saxes: nothing behind the end of the stream is looked at. */
const ENDED = new Error('the stream ended');

const OPTIONS = { xmlns: true, position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' } as const;

interface OpenElement {
  element: Element;
  namespace: string;
}

export class StreamParser {
  readonly #contentNamespace: string;
  readonly #events: ParserEvents;
  #limits: ParserLimits;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #sax = new SaxesParser(OPTIONS);
  /** Elements within the stream that are open, outermost first. */
  readonly #open: OpenElement[] = [];
  /** Ended, but not told yet. */
  #whole: Element | 'stream' | undefined;
  #stage: 'before' | 'open' | 'ended';
  #attributes = 0;
  /** Of the element that is being read: its bytes, its elements, and the bytes that namespaces declared anew add to it. */
  #bytes = 0;
  #elements = 0;
  #declared = 0;
  #text = '';
  /** Characters given to saxes in all, and how many of them lay before the end of the last whole element. */
  #charsIn = 0;
  #charsDone = -1;
  /** Nothing but white space has come since the last whole element. */
  #idle = true;

  /** @param stage `open` where no stream header comes first, for a document of one element */
  constructor(
    contentNamespace: string,
    events: ParserEvents,
    limits: ParserLimits,
    stage: 'before' | 'open' = 'before',
  ) {
    this.#contentNamespace = contentNamespace;
    this.#events = events;
    this.#limits = limits;
    this.#stage = stage;
    this.#listen();
  }

  /** Whether an element has been begun and not ended. */
  get midElement(): boolean {
    return !this.#idle;
  }

  /** For what comes from here on. */
  limit(limits: ParserLimits): void {
    this.#limits = limits;
  }

  /** @throws StreamError after which the parser must not be used again. */
  write(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && this.#stage !== 'ended') {
      if (this.#idle) {
        rest = withoutLeadingSpace(rest);
        if (rest.length === 0) return;
      }
      const room = this.#limits.bytes === 0 ? rest.length : this.#limits.bytes - this.#bytes;
      if (room <= 0) throw new StreamError('policy-violation', `more than ${this.#limits.bytes} bytes in one element`);
      const piece = rest.length > room ? rest.subarray(0, room) : rest;
      rest = rest.subarray(piece.length);
      this.#writePiece(piece);
    }
  }

  /** Nothing follows. @throws StreamError where something is not whole */
  end(): void {
    this.#parse(this.#decode());
    this.#sax.close();
    this.#emit();
  }

  #writePiece(piece: Uint8Array): void {
    const text = this.#decode(piece);
    if (this.#charsIn === 0 && text.charCodeAt(0) === 0xfeff) {
      throw new StreamError('not-well-formed', 'a byte order mark (RFC 6120 section 11.6)');
    }
    this.#charsIn += text.length;
    this.#charsDone = -1;
    this.#bytes += piece.length;
    this.#idle = false;
    this.#parse(text);
    if (this.#stage === 'ended') return;
    if (this.#charsDone === -1) return;
    const tail = text.slice(text.length - (this.#charsIn - this.#charsDone));
    this.#idle = tail.trim() === '';
    this.#bytes = this.#idle ? 0 : Buffer.byteLength(tail);
  }

  #parse(text: string): void {
    try {
      this.#sax.write(text);
      this.#emit();
    } catch (error) {
      if (error !== ENDED) throw error;
    }
  }

  /** @param piece undefined at the end, where no character may be left in its middle */
  #decode(piece?: Uint8Array): string {
    try {
      return piece ? this.#decoder.decode(piece, { stream: true }) : this.#decoder.decode();
    } catch {
      throw new StreamError('unsupported-encoding', 'not UTF-8');
    }
  }

  #listen(): void {
    const sax = this.#sax;
    const restricted = (what: string) => () => {
      throw new StreamError('restricted-xml', what);
    };
    sax.on('error', (error) => {
      throw streamErrorOf(error.message);
    });
    sax.on('doctype', restricted('a document type declaration'));
    sax.on('comment', restricted('a comment'));
    sax.on('processinginstruction', restricted('a processing instruction'));
    sax.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') throw new StreamError('unsupported-encoding');
    });
    sax.on('opentagstart', () => {
      this.#emit();
      this.#attributes = 0;
      if (this.#limits.depth !== 0 && this.#open.length >= this.#limits.depth) {
        throw new StreamError('policy-violation', `elements more than ${this.#limits.depth} deep`);
      }
    });
    sax.on('attribute', () => {
      this.#attributes += 1;
      if (this.#limits.attributes !== 0 && this.#attributes > this.#limits.attributes) {
        throw new StreamError('policy-violation', `more than ${this.#limits.attributes} attributes`);
      }
    });
    sax.on('opentag', (tag) => (this.#stage === 'before' ? this.#openStream(tag) : this.#openElement(tag)));
    sax.on('closetag', () => this.#close());
    sax.on('text', (text) => this.#addText(text));
    sax.on('cdata', (text) => this.#addText(text));
  }

  #openStream(tag: SaxesTagNS): void {
    if (tag.prefix === '' && tag.uri === NS_STREAM) {
      throw new StreamError('bad-namespace-prefix', 'the stream element needs a prefix');
    }
    if (tag.uri !== NS_STREAM || tag.ns[''] !== this.#contentNamespace) throw new StreamError('invalid-namespace');
    if (tag.local !== 'stream') throw new StreamError('bad-format', 'the first element is not a stream');
    const attribute = (name: string) => tag.attributes[name]?.value;
    this.#stage = 'open';
    this.#charsDone = this.#sax.position;
    this.#events.header({
      id: attribute('id'),
      to: attribute('to'),
      from: attribute('from'),
      version: attribute('version'),
      lang: attribute('xml:lang'),
    });
  }

  #openElement(tag: SaxesTagNS): void {
    this.#flushText();
    this.#elements += 1;
    if (this.#elements > MAX_ELEMENTS) throw new StreamError('policy-violation', `more than ${MAX_ELEMENTS} elements`);
    const parent = this.#open.at(-1);
    const { element, declaredAnew } = elementOfTag(tag, parent?.namespace ?? this.#contentNamespace);
    this.#charge(declaredAnew);
    parent?.element.append(element);
    this.#open.push({ element, namespace: tag.uri });
  }

  #charge(characters: number): void {
    this.#declared += characters;
    if (this.#limits.bytes !== 0 && this.#declared > this.#limits.bytes) {
      throw new StreamError('policy-violation', 'too many namespace declarations');
    }
  }

  #close(): void {
    this.#flushText();
    const closed = this.#open.pop();
    if (this.#open.length > 0) return;
    this.#charsDone = this.#sax.position;
    this.#emit();
    if (closed) {
      this.#elements = 0;
      this.#declared = 0;
      this.#whole = closed.element;
    } else {
      this.#whole = 'stream';
    }
  }

  /** saxes tells of an end before it has looked whether it is the right one: an element is whole once it has gone on. */
  #emit(): void {
    const whole = this.#whole;
    if (!whole) return;
    this.#whole = undefined;
    if (whole !== 'stream') {
      this.#events.element(whole);
      return;
    }
    this.#stage = 'ended';
    this.#events.end();
    throw ENDED;
  }

  #addText(text: string): void {
    if (this.#open.length > 0) this.#text += text;
    else if (text.trim() !== '') {
      this.#emit();
      const condition = this.#stage === 'before' ? 'not-well-formed' : 'bad-format';
      throw new StreamError(condition, 'text outside of an element');
    }
  }

  /** Text and CDATA between two tags make one child. */
  #flushText(): void {
    if (this.#text === '') return;
    this.#open.at(-1)?.element.append(this.#text);
    this.#text = '';
  }
}

function streamErrorOf(message: string): StreamError {
  if (message.startsWith('unbound namespace prefix')) return new StreamError('bad-namespace-prefix', message);
  if (message === 'undefined entity.') return new StreamError('restricted-xml', 'an entity other than the five');
  return new StreamError('not-well-formed', message);
}

/** White space between elements keeps a connection alive (RFC 6120 section 4.6.1); saxes would keep it in memory. */
function withoutLeadingSpace(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length && isSpace(bytes[start])) start += 1;
  return start === 0 ? bytes : bytes.subarray(start);
}

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
