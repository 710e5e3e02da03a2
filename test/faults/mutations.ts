/**
 * Streams that go wrong, and what each must end in (RFC 6120 sections 4.9.3, 6.5 and 11). Each entry makes a new variant of its
 * fault at each call. Where the text leaves a choice between two conditions, both are named.
 */
import { NS_STREAM } from '../kit/tree.ts';
import type { SeededRandom } from './random.ts';

/** How far the client has come, in good order, when the bytes are sent. */
export type Stage = 'connected' | 'opened' | 'secured' | 'logged in' | 'bound' | 'connected to the TLS port';

export type Outcome =
  /** The stream ends with one of these conditions. */
  | { error: readonly string[] }
  /** A SASL failure; the stream goes on and a good login works. */
  | { failure: string }
  /** The stream goes on as if nothing had been. */
  | 'works'
  /** The connection ends without a stream error, at the latest when the client's side does. */
  | 'ends'
  /** Anything in the protocol's terms, but not silence and not the server's own fault. */
  | 'survives';

export interface Mutation {
  stage: Stage;
  bytes: Buffer;
  outcome: Outcome;
}

export interface MutationContext {
  random: SeededRandom;
  domain: string;
  /** What a good client says from the connection to its first stanza, without waiting for answers. */
  goodLogin: string;
}

export type Make = (context: MutationContext) => Mutation;

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const MANY = 12_000;
const OVER_THE_LIMIT = 300_000;

const error = (...conditions: string[]): Outcome => ({ error: conditions });
const ENCODING = error('unsupported-encoding');
const RESTRICTED = error('restricted-xml');
const MALFORMED = error('not-well-formed');
const POLICY = error('policy-violation');
/** Section 11.3 has not-well-formed for what XML-NAMES forbids, section 4.9.3.2 a condition of its own for prefixes. */
const PREFIX = error('bad-namespace-prefix', 'not-well-formed');
/** A DOCTYPE, or an XML declaration, that comes too late is both. */
const MISPLACED = error('restricted-xml', 'not-well-formed');
const NOISE = error('unsupported-encoding', 'not-well-formed');

// ---- faults of the XML itself, which end a stream at any stage

type Fault = readonly [outcome: Outcome, content: (random: SeededRandom) => string | Buffer];

const LATIN = 'abcdefghijklmnopqrstuvwxyz';
const word = (random: SeededRandom) =>
  Array.from({ length: random.between(1, 12) }, () => random.pick([...LATIN])).join('');
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

const XML_FAULTS: Record<string, Fault> = {
  'bytes that are not UTF-8': [
    ENCODING,
    (random) =>
      hex(random.pick(['ff', 'fe', 'c328', 'c080', 'e28228', 'eda080', 'f4908080', 'f8888080 80', '80', 'bf'])),
  ],
  'a character cut short': [ENCODING, (random) => hex(random.pick(['c3 3c', 'e282 61', 'f09f98 20']))],
  'Latin-1': [ENCODING, (random) => Buffer.from(`${word(random)}é${word(random)} `, 'latin1')],
  NUL: [MALFORMED, (random) => `${word(random)}\0${word(random)}`],
  'a control character': [MALFORMED, (random) => String.fromCharCode(random.pick([1, 2, 7, 8, 11, 12, 14, 27, 31]))],
  'a noncharacter': [MALFORMED, (random) => random.pick(['\ufffe', '\uffff'])],
  'a reference to no character': [
    MALFORMED,
    (random) => random.pick(['&#0;', '&#x1;', '&#55296;', '&#xFFFF;', '&#x110000;']),
  ],
  'an entity nobody declared': [RESTRICTED, (random) => `&${word(random)}x;`],
  'a bare ampersand': [MALFORMED, (random) => `${word(random)} & ${word(random)};`],
  'a comment': [RESTRICTED, (random) => `<!-- ${word(random)} -->`],
  'a processing instruction': [RESTRICTED, (random) => `<?${word(random)}x ${word(random)}?>`],
  'a late XML declaration': [MISPLACED, () => "<?xml version='1.0'?>"],
  'a late DOCTYPE': [MISPLACED, (random) => `<!DOCTYPE ${word(random)}>`],
  'a late entity declaration': [MISPLACED, (random) => `<!ENTITY ${word(random)} 'x'>`],
  'the wrong end tag': [MALFORMED, (random) => `<${word(random)}></wrong-${word(random)}>`],
  'an attribute twice': [MALFORMED, (random) => `<a ${word(random)}x='1' y='' y=''/>`],
  'an attribute twice by namespace': [MALFORMED, () => "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='' q:b=''/>"],
  'a < in an attribute': [MALFORMED, (random) => `<a b='${word(random)}<'/>`],
  'an attribute without quotes': [MALFORMED, (random) => `<a b=${word(random)}/>`],
  'an attribute without a value': [MALFORMED, (random) => `<a ${word(random)}/>`],
  'attributes without space': [MALFORMED, () => "<a b='1'c='2'/>"],
  'a stray ]]>': [MALFORMED, (random) => `${word(random)}]]>`],
  'a bad name': [MALFORMED, (random) => `<${random.pick(['1', '-', '.', '=', '/'])}${word(random)}/>`],
  'a space before the name': [MALFORMED, (random) => `< ${word(random)}/>`],
  'two colons': [PREFIX, () => "<a:b:c xmlns:a='urn:x'/>"],
  'a prefix nobody declared': [PREFIX, (random) => `<${word(random)}x:y/>`],
  'an attribute of a prefix nobody declared': [PREFIX, (random) => `<a ${word(random)}x:y=''/>`],
  'a prefix declared as nothing': [PREFIX, (random) => `<a xmlns:${word(random)}x=''/>`],
  'xml as a prefix of something else': [PREFIX, () => "<a xmlns:xml='urn:x'/>"],
  'xmlns as a prefix': [PREFIX, () => "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>"],
  'deep nesting': [POLICY, (random) => '<a>'.repeat(random.between(101, 2000))],
  'too many attributes': [
    POLICY,
    (random) => `<a ${Array.from({ length: random.between(101, 500) }, (_, n) => `a${n}=''`).join(' ')}/>`,
  ],
  'too many namespaces': [
    POLICY,
    (random) => `<a ${Array.from({ length: random.between(101, 300) }, (_, n) => `xmlns:a${n}='urn:x'`).join(' ')}/>`,
  ],
};

/** The fault within an element that is open: nobody can tell yet what that would have been. */
const inElement =
  ([outcome, content]: Fault): Make =>
  ({ random }) => ({
    stage: random.pick(['opened', 'logged in', 'bound']),
    bytes: Buffer.concat([
      Buffer.from("<message to='a@b.test'><body>"),
      Buffer.from(content(random)),
      Buffer.from(' '),
    ]),
    outcome,
  });

// ---- sizes: before the login 10,000 bytes, after it what the features say

const SIZES: Record<string, (size: number) => string> = {
  'a giant attribute': (size) => `<message to='${'a'.repeat(size)}`,
  'a giant text': (size) => `<message><body>${'a'.repeat(size)}`,
  'a giant element name': (size) => `<${'a'.repeat(size)}`,
  'a giant attribute name': (size) => `<message ${'a'.repeat(size)}`,
  'a giant CDATA section': (size) => `<message><body><![CDATA[${'a'.repeat(size)}`,
  'a giant entity name': (size) => `<message><body>&${'a'.repeat(size)}`,
  'giant space in a tag': (size) => `<message ${' '.repeat(size)}`,
  'a giant of many small elements': (size) => `<message>${'<a/>'.repeat(size / 4)}`,
};

const oversized =
  (make: (size: number) => string): Make =>
  ({ random }) => {
    const stage = random.pick(['opened', 'bound'] as const);
    const least = stage === 'opened' ? MANY : OVER_THE_LIMIT;
    return { stage, bytes: Buffer.from(make(least + random.below(2000) * 4)), outcome: POLICY };
  };

// ---- stream headers

const header = (attributes: string, before = "<?xml version='1.0'?>") => `${before}<stream:stream ${attributes}>`;
const SPACES = `xmlns='jabber:client' xmlns:stream='${NS_STREAM}'`;

const connected =
  (outcome: Outcome, bytes: (context: MutationContext) => string | Buffer): Make =>
  (context) => ({ stage: 'connected', bytes: Buffer.from(bytes(context)), outcome });

const good = ({ domain }: MutationContext) => header(`${SPACES} to='${domain}' version='1.0'`);
const before = (text: (random: SeededRandom) => string) => (context: MutationContext) =>
  `${text(context.random)}${good(context).replace("<?xml version='1.0'?>", '')}`;

const bomb = (random: SeededRandom) => {
  const levels = Array.from(
    { length: random.between(3, 9) },
    (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`,
  );
  return `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">${levels.join('')}]>`;
};

const HEADERS: Record<string, Make> = {
  'no to': connected(error('improper-addressing', 'host-unknown'), () => header(`${SPACES} version='1.0'`)),
  'a host that is not here': connected(error('host-unknown'), ({ random }) =>
    header(`${SPACES} to='${word(random)}.example' version='1.0'`),
  ),
  'a to that is no domain': connected(error('host-unknown', 'improper-addressing'), ({ random, domain }) =>
    header(`${SPACES} to='${random.pick([`a@${domain}`, `${domain}/a`, ' ', '@', '..'])}' version='1.0'`),
  ),
  'an old version': connected(error('unsupported-version'), ({ random, domain }) =>
    header(`${SPACES} to='${domain}'${random.pick([" version='0.9'", " version='0.0'", ''])}`),
  ),
  'another stream namespace': connected(error('invalid-namespace', 'bad-format'), ({ random, domain }) =>
    header(`xmlns='jabber:client' xmlns:stream='urn:${word(random)}' to='${domain}' version='1.0'`),
  ),
  'another content namespace': connected(error('invalid-namespace'), ({ random, domain }) =>
    header(
      `xmlns='${random.pick(['jabber:server', 'urn:x', 'jabber:clients', ''])}' xmlns:stream='${NS_STREAM}' to='${domain}' version='1.0'`,
    ),
  ),
  'a stream without its prefix': connected(
    error('bad-namespace-prefix'),
    ({ domain }) => `<stream xmlns='${NS_STREAM}' to='${domain}' version='1.0'>`,
  ),
  'a stream prefix nobody declared': connected(PREFIX, ({ domain }) =>
    header(`xmlns='jabber:client' to='${domain}' version='1.0'`),
  ),
  'another first element': connected(error('bad-format', 'invalid-namespace'), ({ random, domain }) =>
    random.pick([
      `<stream:features ${SPACES} to='${domain}' version='1.0'>`,
      "<iq xmlns='jabber:client' type='get'>",
      '<html>',
    ]),
  ),
  'another encoding declared': connected(ENCODING, (context) =>
    before((random) => `<?xml version='1.0' encoding='${random.pick(['ISO-8859-1', 'UTF-16', 'us-ascii'])}'?>`)(
      context,
    ),
  ),
  'another encoding used': connected(NOISE, (context) => Buffer.from(good(context), 'utf16le')),
  'a byte order mark': connected(MALFORMED, (context) => `\ufeff${good(context)}`),
  'a DOCTYPE': connected(
    RESTRICTED,
    before((random) => `<!DOCTYPE ${word(random)} ${random.pick(['', "SYSTEM 'file:///etc/passwd'", '[]'])}>`),
  ),
  'an entity bomb': connected(RESTRICTED, (context) => `${bomb(context.random)}${good(context)}&l3;`),
  'a comment first': connected(
    RESTRICTED,
    before((random) => `<!-- ${word(random)} -->`),
  ),
  'a processing instruction first': connected(
    RESTRICTED,
    before((random) => `<?${word(random)}x?>`),
  ),
  'text first': connected(MALFORMED, before(word)),
  'a giant header': connected(POLICY, (context) => good(context).replace('to=', `id='${'x'.repeat(MANY)}' to=`)),
  'an endless XML declaration': connected(POLICY, () => `<?xml version='1.0' ${' '.repeat(MANY)}`),
  'an endless DOCTYPE': connected(
    error('restricted-xml', 'policy-violation'),
    () => `<!DOCTYPE x [${'<!-- -->'.repeat(MANY / 8)}`,
  ),
  'binary noise': connected(NOISE, ({ random }) => random.bytes(random.between(64, 4000))),
  'an HTTP request': connected(
    MALFORMED,
    ({ random, domain }) => `GET /${word(random)} HTTP/1.1\r\nHost: ${domain}\r\n\r\n`,
  ),
  'a TLS handshake on the plain port': connected(NOISE, ({ random }) =>
    Buffer.concat([hex('16030100c8010000c40303'), random.bytes(190)]),
  ),
};

// ---- well-formed, and not what may be said at this stage

const said =
  (stage: Stage, outcome: Outcome, text: (context: MutationContext) => string): Make =>
  (context) => ({ stage, bytes: Buffer.from(text(context)), outcome });

const auth = (mechanism: string, data: string) => `<auth xmlns='${NS_SASL}' mechanism='${mechanism}'>${data}</auth>`;
const plain = (...fields: string[]) => auth('PLAIN', Buffer.from(fields.join('\0')).toString('base64'));

const SPEECH: Record<string, Make> = {
  'a stanza before the login': said('opened', error('not-authorized'), ({ random }) =>
    random.pick(['<presence/>', "<message to='a@b'/>", "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>"]),
  ),
  'a resource before the login': said(
    'opened',
    error('not-authorized'),
    () => "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
  ),
  'a stanza before the resource': said('logged in', error('not-authorized'), ({ random }) =>
    random.pick(['<presence/>', "<message to='a@b'/>", "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>"]),
  ),
  'an unknown element': (context) =>
    said(context.random.pick(['opened', 'bound']), error('unsupported-stanza-type'), ({ random }) =>
      random.pick([`<${word(random)} xmlns='urn:x'/>`, `<x${word(random)}/>`]),
    )(context),
  'a stanza of another namespace': said('bound', error('unsupported-stanza-type', 'invalid-namespace'), ({ random }) =>
    random.pick(["<message xmlns='jabber:server' to='a@b'/>", "<presence xmlns='urn:x'/>"]),
  ),
  'text between stanzas': (context) =>
    said(
      context.random.pick(['opened', 'bound']),
      error('bad-format'),
      ({ random }) => `${word(random)}<presence/>`,
    )(context),
  'a from that is not its own': said(
    'bound',
    error('invalid-from'),
    ({ random, domain }) => `<message from='${random.pick([`eve@${domain}`, domain, 'a@@b', ''])}' to='a@b.test'/>`,
  ),
  'more after the end of the stream': said(
    'bound',
    'ends',
    ({ random }) => `</stream:stream>${word(random)}<a><!---->`,
  ),
  "the peer's own stream error": said(
    'bound',
    'ends',
    () => "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
  ),
  'words after <starttls/>': said(
    'opened',
    error('policy-violation', 'not-well-formed'),
    ({ random, goodLogin }) =>
      `<starttls xmlns='${NS_TLS}'/>${random.pick(['<presence/>', '<', goodLogin, word(random)])}`,
  ),
  'a handshake along with <starttls/>': ({ random }) => ({
    stage: 'opened',
    bytes: Buffer.concat([
      Buffer.from(`<starttls xmlns='${NS_TLS}'/>`),
      hex('16030100c8010000c40303'),
      random.bytes(190),
    ]),
    outcome: error('policy-violation', 'unsupported-encoding', 'not-well-formed', 'bad-format'),
  }),
  'base64 that is none': said('opened', { failure: 'incorrect-encoding' }, ({ random }) =>
    auth('PLAIN', random.pick(['*', 'AGE', 'AGEAYg', 'AGEAYg=', 'A GEA Yg==', 'AGEAYg==AGEA', '====', 'é'])),
  ),
  'a mechanism that is none': said('opened', { failure: 'invalid-mechanism' }, ({ random }) =>
    auth(word(random), 'AA=='),
  ),
  'a response before any <auth/>': said(
    'opened',
    { failure: 'malformed-request' },
    () => `<response xmlns='${NS_SASL}'/>`,
  ),
  'fields missing': said('opened', { failure: 'malformed-request' }, ({ random }) =>
    random.pick([plain('anna'), plain('', 'anna'), plain('', '', ''), plain('', 'anna', 'b', 'c')]),
  ),
  'a SCRAM message that is none': said('opened', { failure: 'malformed-request' }, ({ random }) =>
    auth(
      'SCRAM-SHA-1',
      Buffer.from(random.pick(['n', 'n,,', 'n,,n=a', 'x,,n=a,r=b', 'n,,m=x,n=a,r=b'])).toString('base64'),
    ),
  ),
  'an <abort/>': said('opened', { failure: 'aborted' }, () => `<abort xmlns='${NS_SASL}'/>`),
};

// ---- TLS

const TLS: Record<string, Make> = {
  'noise on the TLS port': ({ random }) => ({
    stage: 'connected to the TLS port',
    bytes: random.bytes(random.between(1, 2000)),
    outcome: 'ends',
  }),
  'a plain stream on the TLS port': (context) => ({
    stage: 'connected to the TLS port',
    bytes: Buffer.from(good(context)),
    outcome: 'ends',
  }),
  'a handshake with a wrong length': ({ random }) => ({
    stage: 'connected to the TLS port',
    bytes: Buffer.concat([hex('160301'), random.bytes(2), random.bytes(random.below(500))]),
    outcome: 'ends',
  }),
  'noise after <proceed/>': ({ random }) => ({
    stage: 'secured',
    bytes: random.bytes(random.between(1, 2000)),
    outcome: 'ends',
  }),
};

// ---- cut short, and flipped

const CUT: Record<string, Make> = {
  'a login cut short': ({ random, goodLogin }) => ({
    stage: 'connected',
    bytes: Buffer.from(goodLogin).subarray(0, random.below(goodLogin.length)),
    outcome: 'survives',
  }),
  'a stanza cut short': ({ random }) => {
    const stanza = Buffer.from(
      "<message to='a@b.test' type='chat'><body>grüße &amp; <![CDATA[<ende>]]></body></message>",
    );
    return { stage: 'bound', bytes: stanza.subarray(0, random.between(1, stanza.length - 1)), outcome: 'ends' };
  },
  'a login with a bit flipped': ({ random, goodLogin }) => {
    const bytes = Buffer.from(goodLogin);
    const place = random.below(bytes.length);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << random.below(8));
    return { stage: 'connected', bytes, outcome: 'survives' };
  },
};

// ---- strange, and right all the same

const STRANGE: Record<string, Make> = {
  'a right stanza, strangely written': said('bound', 'works', ({ random, domain }) =>
    random.pick([
      `<message\n\tto = "nobody@${domain}"\r\n><body >&lt;&#65;&#x1F600;&quot;&apos;</body\n></message >`,
      `<c:message xmlns:c='jabber:client' to='nobody@${domain}' type='headline'><c:body>x</c:body></c:message>`,
      `<message to='nobody@${domain}' type='headline'><body><![CDATA[<not><a>&tag;]]]]></body></message>`,
      `<message to='nobody@${domain}' type='headline'><body>${'ü'.repeat(5000)}</body></message>`,
      `<message to='nobody@${domain}' type='headline'>${'<a>'.repeat(90)}${'</a>'.repeat(90)}</message>`,
    ]),
  ),
  'white space without end': said('bound', 'works', ({ random }) => ' \n\t\r'.repeat(random.between(1000, 100_000))),
};

const mapped = <T>(table: Record<string, T>, make: (value: T) => Make): Record<string, Make> =>
  Object.fromEntries(Object.entries(table).map(([name, value]) => [name, make(value)]));

export const mutations: Readonly<Record<string, Make>> = {
  ...mapped(XML_FAULTS, inElement),
  ...mapped(SIZES, oversized),
  ...HEADERS,
  ...SPEECH,
  ...TLS,
  ...CUT,
  ...STRANGE,
};
