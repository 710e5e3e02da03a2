import { describe, expect, test } from 'vitest';
import { opaqueString, PrecisError, usernameCaseMapped } from '../../../xmpp/routing/precis.ts';
import { firstOutside } from '../../../xmpp/routing/precis-class.ts';

describe('UsernameCaseMapped, the examples of RFC 8265 section 3.6', () => {
  test.each([
    ['juliet@example.com', 'juliet@example.com'],
    ['fussball', 'fussball'],
    ['fu\u00DFball', 'fu\u00DFball'],
    ['\u03C0', '\u03C0'],
    ['\u03A3', '\u03C3'],
    ['\u03C3', '\u03C3'],
    ['\u03C2', '\u03C2'],
  ])('%s', (text, prepared) => expect(usernameCaseMapped(text)).toBe(prepared));

  test.each(['foo bar', '', 'henry\u2163', '\u221E'])('%j is none', (text) =>
    expect(() => usernameCaseMapped(text)).toThrow(PrecisError),
  );
});

describe('OpaqueString, the examples of RFC 8265 section 4.3', () => {
  test.each([
    ['correct horse battery staple', 'correct horse battery staple'],
    ['Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['\u03C0\u00DF\u00E5', '\u03C0\u00DF\u00E5'],
    ['Jack of \u2666s', 'Jack of \u2666s'],
    ['foo\u1680bar', 'foo bar'],
  ])('%s', (text, prepared) => expect(opaqueString(text)).toBe(prepared));

  test.each(['', 'my cat is a \u0009by'])('%j is none', (text) =>
    expect(() => opaqueString(text)).toThrow(PrecisError),
  );
});

describe('UsernameCaseMapped', () => {
  test.each([
    ['full width', '\uFF26\uFF4F\uFF2F', 'foo'],
    ['half width, composed', '\uFF76\uFF9E', '\u30AC'],
    ['NFC', 'e\u0301', '\u00E9'],
    ['upper case that grows', '\u0130', 'i\u0307'],
    ['final sigma', '\u039F\u0394\u039F\u03A3', '\u03BF\u03B4\u03BF\u03C2'],
    ['jamo that compose', '\u1112\u1161\u11AB', '\uD55C'],
    ['Cyrillic', '\u0410\u043D\u043D\u0430', '\u0430\u043D\u043D\u0430'],
    ['Hebrew with a number', '\u05D0\u05D11', '\u05D0\u05D11'],
    ['Hebrew with a point', '\u05D0\u05B0', '\u05D0\u05B0'],
    ['Arabic with Arabic-Indic digits', '\u0639\u0644\u0661', '\u0639\u0644\u0661'],
    ['a CJK extension', '\u{20000}', '\u{20000}'],
  ])('%s', (_name, text, prepared) => {
    expect(usernameCaseMapped(text)).toBe(prepared);
    expect(usernameCaseMapped(prepared)).toBe(prepared);
  });

  test.each([
    ['compatibility ligature', '\uFB00'],
    ['title case digraph', '\u01C5'],
    ['emoji', '\u{1F600}'],
    ['soft hyphen', 'a\u00ADb'],
    ['combining grapheme joiner', 'a\u034Fb'],
    ['zero width space', 'a\u200Bb'],
    ['bidi override', 'a\u202Eb'],
    ['private use', '\uE000'],
    ['noncharacter', '\uFDD0'],
    ['unassigned', '\u0378'],
    ['lone surrogate', 'a\uD800'],
    ['old Hangul jamo', '\u1100'],
    ['half width Hangul', '\uFFA1'],
    ['tatweel', '\u0639\u0640\u0644'],
    ['control', 'a\u0085'],
    ['no-break space', 'a\u00A0b'],
    ['left after right', '\u05D0\u05D1a'],
    ['right after left', 'a\u05D0\u05D1'],
    ['right-to-left that ends in a hyphen', '\u05D0\u05D1-'],
    ['two kinds of number', '\u05D01\u0661'],
    ['digits first', '1\u05D0'],
  ])('%s is turned away', (_name, text) => expect(() => usernameCaseMapped(text)).toThrow(PrecisError));
});

describe('OpaqueString', () => {
  test.each([
    ['\u2003x\u3000', ' x '],
    ['Cafe\u0301', 'Caf\u00E9'],
    ['\u2163 \uFF32 \uFB00', '\u2163 \uFF32 \uFB00'],
    ['a\u05D0', 'a\u05D0'],
    ['\u{1F37A}', '\u{1F37A}'],
  ])('%j becomes %j', (text, prepared) => expect(opaqueString(text)).toBe(prepared));

  test.each(['\u007F', '\u00AD', '\uE000', '\uD800', '\u0378', 'a\u200Db', 'a\u00B7b'])('%j is none', (text) =>
    expect(() => opaqueString(text)).toThrow(PrecisError),
  );
});

describe('contextual rules (RFC 5892 appendix A)', () => {
  const fits = (text: string) => firstOutside('IdentifierClass', text) === undefined;
  test.each([
    ['A.1 after a virama', '\u0915\u094D\u200C\u0937', true],
    ['A.1 between joining letters', '\u0628\u200C\u0628', true],
    ['A.1 over marks', '\u0628\u064E\u200C\u064E\u0628', true],
    ['A.1 Persian', '\u0646\u0627\u0645\u0647\u200C\u0627\u06CC', true],
    ['A.1 after a right-joining letter', '\u0627\u200C\u0628', false],
    ['A.1 between Latin letters', 'a\u200Cb', false],
    ['A.1 at the end', '\u0628\u200C', false],
    ['A.2 after a virama', '\u0915\u094D\u200D\u0937', true],
    ['A.2 after a vowel sign', '\u0915\u093F\u200D\u0937', false],
    ['A.3 between l', 'l\u00B7l', true],
    ['A.3 elsewhere', 'a\u00B7l', false],
    ['A.4 before Greek', '\u0375\u03B1', true],
    ['A.4 elsewhere', '\u0375a', false],
    ['A.5 after Hebrew', '\u05D0\u05F3', true],
    ['A.5 elsewhere', '\u05F3\u05D0', false],
    ['A.6 after Hebrew', '\u05D0\u05F4\u05D1', true],
    ['A.6 elsewhere', 'a\u05F4', false],
    ['A.7 with Katakana', '\u30AB\u30FBa', true],
    ['A.7 with nothing Japanese', 'a\u30FBb', false],
    ['A.8 alone', '\u0661\u0662', true],
    ['A.8 with the extended ones', '\u0661\u06F2', false],
    ['A.9 alone', '\u06F1\u06F2', true],
  ])('%s', (_name, text, expected) => expect(fits(text)).toBe(expected));
});
