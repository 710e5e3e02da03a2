/** Makes stanzas that are well-formed XML and wrong, or odd, in every other way; from the good ones, by a seeded chance. */
import { elementsOf, parseFragment, show, type Tree } from '../kit/tree.ts';
import type { SeededRandom } from './random.ts';
import { GOOD_STANZAS } from './stanzas.ts';

/** A tree that can be changed. */
interface Draft {
  name: string;
  ns: string;
  attrs: Map<string, string>;
  children: (Draft | string)[];
}

/** What the names in braces stand for; one of them is picked. */
export type AtHand = Readonly<Record<string, readonly string[]>>;

export interface Spoilt {
  kind: string;
  name: string;
  /** As it stands in the attribute; a spoilt IQ may have another than get and set. */
  type: string | undefined;
  to: string;
  xml: string;
}

/** Within what a box takes before it ends the stream. */
const MOST_DEPTH = 40;
const MOST_CHARACTERS = 60_000;

const NAMESPACES = [
  '',
  'jabber:client',
  'jabber:x:data',
  'http://jabber.org/protocol/muc',
  'http://jabber.org/protocol/muc#user',
  'http://jabber.org/protocol/muc#owner',
  'http://jabber.org/protocol/pubsub',
  'http://jabber.org/protocol/pubsub#owner',
  'http://jabber.org/protocol/rsm',
  'urn:xmpp:mam:2',
  'vcard-temp',
  'urn:x',
];

const NAMES = ['item', 'x', 'query', 'items', 'set', 'field', 'value', 'destroy', 'body', 'create'];

const NASTY: readonly ((random: SeededRandom) => string)[] = [
  () => '',
  () => ' ',
  () => '\n\t',
  () => '0',
  () => '-1',
  () => '1e9',
  () => '99999999999999999999',
  () => 'NaN',
  () => 'true',
  () => 'null',
  () => '__proto__',
  () => 'constructor',
  () => 'toString',
  () => '%',
  () => "' OR 1=1; --",
  () => '<&>"\'',
  () => '../../x',
  () => '@',
  () => 'a@',
  () => '@box.test',
  () => '/x',
  () => 'a@b@c',
  () => 'a b@box.test',
  () => '\u{1f600}@box.test/\u{1f468}\u200d\u{1f469}',
  () => '\u202edlrow\u202c',
  () => '\u0130\u0131ß\u1e9e',
  () => 'e\u0301',
  () => '9999-99-99T99:99:99Z',
  () => '2024-02-30T00:00:00Z',
  () => '0000-01-01T00:00:00Z',
  () => 'outcast',
  () => 'none',
  () => 'error',
  () => 'result',
  () => 'max',
  (random) => 'x'.repeat(random.pick([255, 1023, 1024, 3071, 3072, 5000])),
  (random) => '\u{1f600}'.repeat(random.pick([255, 1024])),
  (random) => String(random.below(2 ** 31)),
];

export class Spoiler {
  readonly #random: SeededRandom;
  readonly #good: readonly (readonly [kind: string, stanzas: readonly string[]])[] = Object.entries(GOOD_STANZAS);

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** One in eight stays good, so that there is something to spoil. */
  next(id: string, atHand: AtHand): Spoilt {
    const [kind, stanzas] = this.#random.pick(this.#good);
    const draft = this.#draft(this.#random.pick(stanzas), atHand);
    const times = this.#random.pick([0, 1, 1, 1, 2, 2, 3, 5]);
    for (let time = 0; time < times; time += 1) this.#spoil(draft, atHand);
    draft.attrs.set('id', id);
    // Somebody else's address ends the stream, as it must (RFC 6120 section 8.1.2.1); that is another test's matter.
    draft.attrs.delete('from');
    return { kind, name: draft.name, type: draft.attrs.get('type'), to: draft.attrs.get('to') ?? '', xml: show(draft) };
  }

  #draft(stanza: string, atHand: AtHand): Draft {
    const filled = stanza.replaceAll(/\{(\w+)\}/g, (_, name: string) => this.#random.pick(atHand[name] ?? ['']));
    const [tree] = parseFragment(filled);
    if (!tree) throw new Error(stanza);
    return copy(tree);
  }

  #spoil(stanza: Draft, atHand: AtHand): void {
    const path = this.#path(stanza);
    const element = path.at(-1) ?? stanza;
    const parent = path.at(-2);
    const [other] = this.#random.pick([
      elementsOf(this.#draft(this.#random.pick(this.#random.pick(this.#good)[1]), atHand)),
    ]);
    const names = [...element.attrs.keys()];
    const ways: (() => void)[] = [
      () => void element.children.push(this.#value(atHand)),
      () =>
        void element.attrs.set(
          this.#random.pick(['node', 'id', 'jid', 'var', 'type', 'to', 'xml-lang', 'x']),
          this.#value(atHand),
        ),
      () => {
        element.children = [this.#value(atHand)];
      },
      () => {
        element.children = [];
      },
    ];
    if (names.length > 0) {
      const name = this.#random.pick(names);
      ways.push(
        () => void element.attrs.set(name, this.#value(atHand)),
        () => void element.attrs.set(name, this.#value(atHand)),
        () => void element.attrs.delete(name),
      );
    }
    if (other) {
      ways.push(
        () => void element.children.push(copy(other)),
        () => void element.children.unshift(copy(other)),
      );
    }
    if (parent) {
      const at = parent.children.indexOf(element);
      ways.push(
        () => void parent.children.splice(at, 1),
        () => void parent.children.push(...this.#many(element)),
        () => {
          element.ns = this.#random.pick(NAMESPACES);
        },
        () => {
          element.name = this.#random.pick(NAMES);
        },
        () => void parent.children.splice(at, 1, deep(element, this.#random.below(MOST_DEPTH))),
        () => void parent.children.reverse(),
      );
    }
    this.#random.pick(ways)();
  }

  /** From the stanza down to one of its elements. */
  #path(stanza: Draft): Draft[] {
    const path = [stanza];
    for (let element = stanza; this.#random.below(5) > 0; ) {
      const inner = element.children.filter((child): child is Draft => typeof child !== 'string');
      if (inner.length === 0) break;
      element = this.#random.pick(inner);
      path.push(element);
    }
    return path;
  }

  #value(atHand: AtHand): string {
    if (this.#random.below(3) > 0) return this.#random.pick(NASTY)(this.#random);
    return this.#random.pick(Object.values(atHand).flat());
  }

  #many(element: Draft): Draft[] {
    const size = Math.max(1, show(element).length);
    const count = Math.min(this.#random.pick([1, 2, 10, 200]), Math.floor(MOST_CHARACTERS / size / 5));
    return Array.from({ length: count }, () => copy(element));
  }
}

const copy = ({ name, ns, attrs, children }: Tree | Draft): Draft => ({
  name,
  ns,
  attrs: new Map(attrs),
  children: children.map((child) => (typeof child === 'string' ? child : copy(child))),
});

function deep(element: Draft, depth: number): Draft {
  let outer = element;
  for (let level = 0; level < depth; level += 1)
    outer = { name: element.name, ns: element.ns, attrs: new Map(element.attrs), children: [outer] };
  return outer;
}
