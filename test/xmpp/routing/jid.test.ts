import { describe, expect, test } from 'vitest';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';

const conditionOf = (make: () => unknown): string | undefined => {
  try {
    make();
    return undefined;
  } catch (error) {
    return error instanceof StanzaError ? error.condition : String(error);
  }
};

describe('RFC 7622 section 3.5, table 1: JIDs', () => {
  test.each([
    ['juliet@example.com', 'juliet', 'example.com', ''],
    ['juliet@example.com/foo', 'juliet', 'example.com', 'foo'],
    ['juliet@example.com/foo bar', 'juliet', 'example.com', 'foo bar'],
    ['juliet@example.com/foo@bar', 'juliet', 'example.com', 'foo@bar'],
    ['foo\\20bar@example.com', 'foo\\20bar', 'example.com', ''],
    ['fussball@example.com', 'fussball', 'example.com', ''],
    ['fu\u00DFball@example.com', 'fu\u00DFball', 'example.com', ''],
    ['\u03C0@example.com', '\u03C0', 'example.com', ''],
    ['\u03A3@example.com/foo', '\u03C3', 'example.com', 'foo'],
    ['\u03C3@example.com/foo', '\u03C3', 'example.com', 'foo'],
    ['\u03C2@example.com/foo', '\u03C2', 'example.com', 'foo'],
    ['king@example.com/\u265A', 'king', 'example.com', '\u265A'],
    ['example.com', '', 'example.com', ''],
    ['example.com/foobar', '', 'example.com', 'foobar'],
    ['a.example.com/b@example.net', '', 'a.example.com', 'b@example.net'],
  ])('%s', (text, local, domain, resource) => {
    const jid = Jid.parse(text);
    expect([jid.local, jid.domain, jid.resource]).toEqual([local, domain, resource]);
  });
});

describe('RFC 7622 section 3.5, table 2: not JIDs', () => {
  test.each([
    '"juliet"@example.com',
    'foo bar@example.com',
    '@example.com/',
    'henry\u2163@example.com',
    '\u265A@example.com',
    'juliet@',
    '/foobar',
  ])('%s', (text) => {
    expect(conditionOf(() => Jid.parse(text))).toBe('jid-malformed');
  });

  // The table also names this one, but nothing in OpaqueString forbids it: errata 4534.
  test('a leading space in the resourcepart is allowed after all', () => {
    expect(Jid.parse('juliet@example.com/ foo').resource).toBe(' foo');
  });
});

describe('parts', () => {
  test.each([
    '',
    '@',
    '/',
    '@example.com',
    'example.com/',
    'juliet@example.com/',
    'juliet@@example.com',
    'a@b@example.com',
    'juliet@/foo',
    'jul\u0001iet@example.com',
    'a\u0000@example.com',
    'juliet@example.com/\u0000',
    'juliet@example.com/a\tb',
    '\uD800@example.com',
    'juliet@example.com/\uDC00',
    ' juliet@example.com',
    'juliet @example.com',
    'juliet@ example.com',
  ])('%j is malformed', (text) => {
    expect(conditionOf(() => Jid.parse(text))).toBe('jid-malformed');
  });

  test.each([...'"&\'/:<>@'])('the localpart never holds %s, nor its full width form', (character) => {
    expect(conditionOf(() => Jid.of(`a${character}b`, 'example.com'))).toBe('jid-malformed');
    const wide = String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0);
    expect(conditionOf(() => Jid.parse(`a${wide}b@example.com`))).toBe('jid-malformed');
  });

  test('case folds in localpart and domain and is kept in the resource', () => {
    expect(Jid.parse('\u00C9va@EXAMPLE.Com./Re\u0301s').toString()).toBe('\u00E9va@example.com/R\u00E9s');
  });

  test('each part takes 1023 bytes once prepared, and no more', () => {
    const local = 'a'.repeat(1023);
    expect(Jid.parse(`${local}@example.com/${'r'.repeat(1023)}`).local).toBe(local);
    expect(Jid.of(`${'e\u0301'.repeat(511)}a`, 'example.com').local).toBe(`${'\u00E9'.repeat(511)}a`);
    const domain = `${`${'d'.repeat(63)}.`.repeat(15)}${'d'.repeat(63)}`;
    expect(Jid.parse(domain).domain).toBe(domain);
    for (const text of [
      `${local}a@example.com`,
      `${'\u00E9'.repeat(512)}@example.com`,
      `example.com/${'r'.repeat(1024)}`,
      `example.com/${'\u{1F600}'.repeat(256)}`,
      `a.${domain}`,
    ])
      expect(conditionOf(() => Jid.parse(text))).toBe('jid-malformed');
  });
});

describe('domainparts', () => {
  test.each([
    ['EXAMPLE.COM.', 'example.com'],
    ['localhost', 'localhost'],
    ['3com.example', '3com.example'],
    ['XN--BCHER-KVA.example', 'b\u00FCcher.example'],
    ['BU\u0308CHER.example', 'b\u00FCcher.example'],
    ['b\u00FCcher\u3002example', 'b\u00FCcher.example'],
    ['\uFF25\uFF38\uFF21\uFF2D\uFF30\uFF2C\uFF25.com', 'example.com'],
    ['fa\u00DF.de', 'fa\u00DF.de'],
    ['xn--fa-hia.de', 'fa\u00DF.de'],
    ['l\u00B7l.cat', 'l\u00B7l.cat'],
    [
      '\u0438\u0441\u043F\u044B\u0442\u0430\u041D\u0418\u0415',
      '\u0438\u0441\u043F\u044B\u0442\u0430\u043D\u0438\u0435',
    ],
    ['xn--kgbechtv', '\u0625\u062E\u062A\u0628\u0627\u0631'],
    ['192.0.2.1', '192.0.2.1'],
    ['[2001:DB8:0:0:0:0:0:1]', '[2001:db8::1]'],
    ['[::1]', '[::1]'],
  ])('%s is %s', (text, domain) => {
    expect(Jid.parse(text).domain).toBe(domain);
    expect(Jid.parse(domain).domain).toBe(domain);
    expect(Jid.of('juliet', text).domain).toBe(domain);
  });

  test.each([
    '.',
    '..',
    'a..b',
    '.example',
    'example..',
    '-a.example',
    'a-.example',
    '-b\u00FCcher.example',
    'ab--cd.example',
    '_xmpp.example',
    'a%2eb.example',
    'a b.example',
    'a\tb.example',
    'example.com:80',
    'ex\uFF0Fample.com',
    '1.2',
    '123',
    '0x7f.1',
    '1.2.3.256',
    '\uFF11\uFF12\uFF17.0.0.1',
    '::1',
    '[::gg]',
    '[::1',
    '[::1%eth0]',
    '[192.0.2.1]',
    '[]',
    'xn--.example',
    'xn--abc-.example',
    '\u{1F600}.example',
    'xn--e28h.example',
    'a\u00B7b.example',
    '\u0301a.example',
    '\uD800.example',
    '\u0378.example',
    'a\u200Db.example',
    '\u05D0\u05D1a.example',
    '123.\u05D0\u05D1.example',
    '\u00AD.example',
    `${'a'.repeat(64)}.example`,
  ])('%j is none', (text) => {
    expect(conditionOf(() => Jid.parse(text))).toBe('jid-malformed');
  });
});

describe('Jid', () => {
  test('equal addresses are equal however they were written', () => {
    expect(Jid.parse('Juliet@Example.com/Balcony').equals(Jid.of('juliet', 'example.COM', 'Balcony'))).toBe(true);
    expect(Jid.parse('a@example.com/R').equals(Jid.parse('a@example.com/r'))).toBe(false);
    expect(Jid.parse('\u03C2@example.com').equals(Jid.parse('\u03C3@example.com'))).toBe(false);
  });

  test('bare and withResource', () => {
    const full = Jid.parse('juliet@example.com/balcony');
    expect(full.isBare).toBe(false);
    expect(full.bare.toString()).toBe('juliet@example.com');
    expect(full.bare.isBare).toBe(true);
    expect(full.bare.bare).toBe(full.bare);
    expect(full.withResource('a\u00A0b').toString()).toBe('juliet@example.com/a b');
    expect(full.withResource('').toString()).toBe('juliet@example.com');
    expect(conditionOf(() => full.withResource('\u0007'))).toBe('jid-malformed');
  });

  test('the cache forgets old addresses and stays right while it turns over', () => {
    const first = Jid.parse('cached@example.com');
    expect(Jid.parse('cached@example.com')).toBe(first);
    for (let index = 0; index < 5000; index += 1)
      expect(Jid.parse(`user${index}@example.com`).local).toBe(`user${index}`);
    expect(Jid.parse('cached@example.com')).not.toBe(first);
    expect(Jid.parse('cached@example.com').equals(first)).toBe(true);
  });
});
