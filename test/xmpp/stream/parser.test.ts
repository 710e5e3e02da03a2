import { describe, expect, it } from 'vitest';
import { type StreamHeader, StreamParser } from '../../../xmpp/stream/parser.ts';
import { serialize } from '../../../xmpp/stream/serialize.ts';
import { StreamError } from '../../../xmpp/stream/stream-error.ts';
import type { Element } from '../../../xmpp/xml.ts';

const HEADER =
  "<?xml version='1.0'?><stream:stream to='example.test' from='a@example.test' version='1.0' xml:lang='de' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const LIMITS = { bytes: 1000, depth: 5, attributes: 10 };

interface Heard {
  headers: StreamHeader[];
  elements: Element[];
  ends: number;
  error: StreamError | undefined;
}

/** Gives the parser these chunks, one after the other, until it refuses one. */
function parse(chunks: (string | Uint8Array)[], limits = LIMITS): Heard {
  const heard: Heard = { headers: [], elements: [], ends: 0, error: undefined };
  const parser = new StreamParser(
    'jabber:client',
    {
      header: (header) => heard.headers.push(header),
      element: (element) => heard.elements.push(element),
      end: () => {
        heard.ends += 1;
      },
    },
    limits,
  );
  try {
    for (const chunk of chunks) parser.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    heard.error = error;
  }
  return heard;
}

const within = (text: string, limits = LIMITS) => parse([HEADER, text], limits);
const condition = (text: string) => within(text).error?.condition;
const written = (heard: Heard) => heard.elements.map(serialize);

describe('a stream', () => {
  const STREAM = `${HEADER}<message to='b@c'>\n <body>grüß 🎭 &amp; &#x1F3AD;</body><x xmlns='urn:x'><![CDATA[<raw>]]></x></message> \n<iq/>\t</stream:stream>`;
  const whole = parse([STREAM]);

  it('gives header, elements and end', () => {
    expect(whole.headers).toEqual([{ to: 'example.test', from: 'a@example.test', version: '1.0', lang: 'de' }]);
    expect(written(whole)).toEqual([
      "<message to='b@c'>\n <body>grüß 🎭 &amp; 🎭</body><x xmlns='urn:x'>&lt;raw&gt;</x></message>",
      '<iq/>',
    ]);
    expect(whole.ends).toBe(1);
  });

  it('is the same however its bytes are split', () => {
    const bytes = Buffer.from(STREAM);
    for (let at = 1; at < bytes.length; at += 1) {
      const heard = parse([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(heard.error).toBeUndefined();
      expect(written(heard)).toEqual(written(whole));
      expect(heard.ends).toBe(1);
    }
    const single = parse([...bytes].map((byte) => Uint8Array.of(byte)));
    expect(written(single)).toEqual(written(whole));
  });

  it('may begin behind white space that kept the last one alive', () => {
    expect(parse([` \n${HEADER}`]).headers).toHaveLength(1);
  });

  it('ignores what follows its end', () => {
    expect(parse([`${HEADER}</stream:stream>`, '<nonsense']).error).toBeUndefined();
  });

  it('holds text in one piece', () => {
    expect(within('<message>a&lt;b<![CDATA[c]]>d</message>').elements[0]?.children).toEqual(['a<bcd']);
  });
});

describe('namespaces', () => {
  it('lose their prefixes and show where they differ from the parent', () => {
    expect(
      written(within("<c:message xmlns:c='jabber:client'><p:a xmlns:p='urn:p'><p:b/><c:d/></p:a></c:message>")),
    ).toEqual(["<message><a xmlns='urn:p'><b/><d xmlns='jabber:client'/></a></message>"]);
  });

  it('show on elements that are no stanzas', () => {
    expect(written(within("<a xmlns='urn:xmpp:sm:3' h='1'/>"))).toEqual(["<a xmlns='urn:xmpp:sm:3' h='1'/>"]);
    expect(written(within('<stream:error/>'))).toEqual(["<error xmlns='http://etherx.jabber.org/streams'/>"]);
    expect(within('<stream:error/>').elements[0]?.getNS()).toBe('http://etherx.jabber.org/streams');
  });

  it('of attributes are declared where they are used', () => {
    expect(written(within("<message xmlns:p='urn:p'><body p:a='1' xml:lang='en'/></message>"))).toEqual([
      "<message><body p:a='1' xmlns:p='urn:p' xml:lang='en'/></message>",
    ]);
  });

  it('declared once and used often count for what they would be when written out', () => {
    const uri = `urn:${'x'.repeat(400)}`;
    const many = `<message xmlns:p='${uri}'>${'<p:a/>'.repeat(50)}</message>`;
    expect(many.length).toBeLessThan(LIMITS.bytes);
    expect(condition(many)).toBe('policy-violation');
  });
});

it('attributes named like parts of objects stay attributes', () => {
  const [element] = within("<message constructor='1' hasOwnProperty='2' __proto__='3' toString='4'/>").elements;
  expect(Object.keys(element?.attrs ?? {})).toEqual(['constructor', 'hasOwnProperty', 'toString']);
  expect(Object.getPrototypeOf(element?.attrs)).toBe(Object.prototype);
});

describe('the first element', () => {
  const open = (text: string) => parse([text]).error?.condition;
  const stream = 'http://etherx.jabber.org/streams';

  it.each([
    ['another stream namespace', "<s:stream xmlns='jabber:client' xmlns:s='urn:other'>", 'invalid-namespace'],
    ['another content namespace', `<s:stream xmlns='jabber:server' xmlns:s='${stream}'>`, 'invalid-namespace'],
    ['no content namespace', `<s:stream xmlns:s='${stream}'>`, 'invalid-namespace'],
    ['no prefix', `<stream xmlns='${stream}'>`, 'bad-namespace-prefix'],
    ['an unbound prefix', "<stream:stream xmlns='jabber:client'>", 'bad-namespace-prefix'],
    ['another name', `<s:flow xmlns='jabber:client' xmlns:s='${stream}'>`, 'bad-format'],
    ['no XML at all', 'GET / HTTP/1.1\r\n\r\n<', 'not-well-formed'],
    ['a byte order mark', `\uFEFF${HEADER}`, 'not-well-formed'],
    ['another encoding', `<?xml version='1.0' encoding='ISO-8859-1'?>${HEADER.slice(21)}`, 'unsupported-encoding'],
  ])('with %s is refused', (_what, text, expected) => {
    expect(open(text)).toBe(expected);
  });

  it('may declare UTF-8 in any case', () => {
    expect(open(`<?xml version='1.0' encoding='utf-8'?>${HEADER.slice(21)}`)).toBeUndefined();
  });
});

describe('what RFC 6120 section 11 forbids', () => {
  it.each([
    ['a comment', '<!-- hm -->', 'restricted-xml'],
    ['a comment in a stanza', '<message><!-- hm --></message>', 'restricted-xml'],
    ['a processing instruction', '<?php echo 1 ?>', 'restricted-xml'],
    ['an entity of its own', '<message><body>&eacute;</body></message>', 'restricted-xml'],
    ['an entity in an attribute', "<message to='&lol;'/>", 'restricted-xml'],
    ['a second XML declaration', "<?xml version='1.0'?>", 'not-well-formed'],
    ['mismatched tags', '<message></iq>', 'not-well-formed'],
    ['an attribute twice', "<message to='a' to='b'/>", 'not-well-formed'],
    ['an attribute twice by namespace', "<message xmlns:a='u' xmlns:b='u' a:x='1' b:x='2'/>", 'not-well-formed'],
    ['an unquoted attribute', '<message to=a/>', 'not-well-formed'],
    ['a forbidden character', '<message>\u0001</message>', 'not-well-formed'],
    ['a reference to a forbidden character', '<message>&#0;</message>', 'not-well-formed'],
    ['an unbound prefix', '<x:message/>', 'bad-namespace-prefix'],
    ['an unbound prefix of an attribute', "<message x:a='1'/>", 'bad-namespace-prefix'],
    ['text between stanzas', 'hello <message/>', 'bad-format'],
  ])('%s ends the stream', (_what, text, expected) => {
    const heard = within(text);
    expect(heard.error?.condition).toBe(expected);
    expect(heard.elements).toEqual([]);
  });

  it('a DOCTYPE ends the stream, with all that it declares', () => {
    const bomb = "<!DOCTYPE s [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>";
    expect(parse([bomb + HEADER.slice(21)]).error?.condition).toBe('restricted-xml');
  });

  it.each([
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a lone continuation', [0x80]],
    ['a character cut short', [0xf0, 0x9f, 0x3c]],
  ])('%s is not UTF-8', (_what, bytes) => {
    expect(parse([HEADER, '<message>', Uint8Array.from(bytes), '</message>']).error?.condition).toBe(
      'unsupported-encoding',
    );
  });
});

describe('limits', () => {
  const ofLength = (bytes: number) => `<message>${'x'.repeat(bytes - '<message></message>'.length)}</message>`;

  it('hold for the bytes of one element, to the byte', () => {
    expect(within(ofLength(LIMITS.bytes)).elements).toHaveLength(1);
    expect(condition(ofLength(LIMITS.bytes + 1))).toBe('policy-violation');
    expect(within(ofLength(LIMITS.bytes).repeat(3)).elements).toHaveLength(3);
    expect(within(`${ofLength(LIMITS.bytes)} ${ofLength(LIMITS.bytes + 1)}`).elements).toHaveLength(1);
  });

  it('count bytes, not characters', () => {
    const body = 'ü'.repeat((LIMITS.bytes - '<message></message>'.length) / 2 + 1);
    expect(condition(`<message>${body}</message>`)).toBe('policy-violation');
  });

  it.each([
    ['an attribute', "<message to='"],
    ['a text', '<message>'],
    ['a CDATA section', '<message><![CDATA['],
    ['a name', '<m'],
    ['a comment', '<!-- '],
    ['an entity', '<message>&a'],
  ])('hold inside %s that never ends', (_what, start) => {
    let chunks = 0;
    const endless = {
      *[Symbol.iterator]() {
        yield HEADER;
        yield start;
        for (; chunks < 1000; chunks += 1) yield 'a'.repeat(100);
      },
    };
    expect(parse(endless as unknown as string[]).error?.condition).toBe('policy-violation');
    expect(chunks).toBeLessThan(12);
  });

  it('hold for the header', () => {
    expect(parse([`${HEADER.slice(0, -1)} x='${'x'.repeat(LIMITS.bytes)}'>`]).error?.condition).toBe(
      'policy-violation',
    );
  });

  it('hold for depth, attributes and the number of elements', () => {
    expect(within(`${'<a>'.repeat(5)}${'</a>'.repeat(5)}`).elements).toHaveLength(1);
    expect(condition('<a>'.repeat(6))).toBe('policy-violation');
    const attributes = (count: number) => Array.from({ length: count }, (_, i) => ` a${i}=''`).join('');
    expect(within(`<a${attributes(10)}/>`).elements).toHaveLength(1);
    expect(condition(`<a${attributes(11)}/>`)).toBe('policy-violation');
    const wide = within(`<a>${'<b/>'.repeat(10_001)}</a>`, { ...LIMITS, bytes: 0 });
    expect(wide.error?.condition).toBe('policy-violation');
  });

  it('do not count white space that keeps the connection alive', () => {
    const heard = parse([HEADER, ...Array(50).fill(' '.repeat(100)), '<iq/>']);
    expect(heard.error).toBeUndefined();
    expect(heard.elements).toHaveLength(1);
  });

  it('of 0 are off', () => {
    expect(within(ofLength(5000), { bytes: 0, depth: 0, attributes: 0 }).elements).toHaveLength(1);
  });
});
