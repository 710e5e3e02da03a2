/** The part of @xmpp/xml (an ltx Element) that this project uses; the package ships no types. */
declare module '@xmpp/xml' {
  export type Attributes = Record<string, string | number | undefined | null>;
  export type Node = Element | string;

  export class Element {
    constructor(name: string, attrs?: Attributes | string);
    name: string;
    parent: Element | null;
    children: Node[];
    attrs: Record<string, string | undefined>;
    is(name: string, xmlns?: string): boolean;
    getName(): string;
    getNS(): string | undefined;
    getChild(name: string, xmlns?: string): Element | undefined;
    getChildren(name: string, xmlns?: string): Element[];
    getChildText(name: string, xmlns?: string): string | null;
    getChildElements(): Element[];
    getText(): string;
    text(): string;
    append(...nodes: Node[]): void;
    prepend(...nodes: Node[]): void;
    remove(child: Element | string, xmlns?: string): this;
    toString(): string;
    write(writer: (text: string) => void): void;
  }

  /** Streaming: 'start' is the root without its children, 'element' each of these when whole, 'end' the root's end. */
  export class Parser {
    on(event: 'start' | 'element' | 'end', listener: (element: Element) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    write(text: string): void;
  }

  /** `xml('message', { to }, xml('body', {}, 'hello'))` */
  export function xml(
    name: string,
    attrs?: Attributes | string | null,
    ...children: (Node | undefined | null)[]
  ): Element;
  export function escapeXML(text: string): string;
}
