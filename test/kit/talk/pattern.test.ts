import { describe, expect, test } from 'vitest';
import { parseFragment, type Tree } from '../tree.ts';
import { fill, match, matchValue } from './pattern.ts';

const one = (text: string): Tree => {
  const [tree] = parseFragment(text);
  if (!tree) throw new Error('no element');
  return tree;
};
const fits = (pattern: string, actual: string, known: Record<string, string> = {}) =>
  match(one(pattern), one(actual), new Map(Object.entries(known))).fits;
const why = (pattern: string, actual: string) => {
  const outcome = match(one(pattern), one(actual), new Map());
  return outcome.fits ? 'it fits' : outcome.why;
};

describe('a pattern', () => {
  test('compares namespaces by meaning', () => {
    expect(fits("<a xmlns='x'><b/></a>", "<p:a xmlns:p='x'><p:b/></p:a>")).toBe(true);
    expect(fits("<a xmlns='x'/>", "<a xmlns='y'/>")).toBe(false);
    expect(fits("<a xml:lang='en'/>", "<a xml:lang='en'/>")).toBe(true);
    expect(fits("<a lang='en'/>", "<a xml:lang='en'/>")).toBe(false);
  });

  test('is exact unless it says otherwise', () => {
    expect(why("<a x='1'/>", "<a x='2'/>")).toContain("expected '1', not '2'");
    expect(why('<a/>', "<a x='2'/>")).toContain('unexpected attribute x');
    expect(why("<a x='1'/>", '<a/>')).toContain('attribute x is missing');
    expect(why('<a/>', '<a><b/></a>')).toContain('unexpected <b');
    expect(why('<a><b/></a>', '<a/>')).toContain('no <b');
    expect(why('<a><b/></a>', '<a><b/><b/></a>')).toContain('unexpected <b');
    expect(fits('<a>text</a>', '<a>text </a>')).toBe(false);
    expect(fits('<a/>', '<a>text</a>')).toBe(false);
  });

  test('leaves open what it marks so', () => {
    expect(fits("<a talk:more='' x='1'/>", "<a x='1' y='2'/>")).toBe(true);
    expect(fits("<a x='...'/>", "<a x=''/>")).toBe(true);
    expect(fits("<a x='...'/>", '<a/>')).toBe(false);
    expect(fits('<a>...</a>', '<a>text<b/></a>')).toBe(true);
    expect(fits('<a>...<b/></a>', '<a>text<c/><b/></a>')).toBe(true);
    expect(fits('<a>...<b/></a>', '<a>text<c/></a>')).toBe(false);
  });

  test('takes children in any order unless it asks for theirs', () => {
    expect(fits('<a><b/><c/></a>', '<a><c/><b/></a>')).toBe(true);
    expect(fits("<a talk:ordered=''><b/><c/></a>", '<a><c/><b/></a>')).toBe(false);
    expect(fits("<a talk:ordered=''>...<b/><c/></a>", '<a><b/><d/><c/></a>')).toBe(true);
  });

  test('tries another child where a later pattern needs the first', () => {
    expect(fits("<a><b x='{v}'/><b x='1'/></a>", "<a><b x='1'/><b x='2'/></a>")).toBe(true);
  });

  test('keeps what a new name finds and compares a known one', () => {
    const outcome = match(one("<a id='{id}'>for {id}</a>"), one("<a id='7'>for 7</a>"), new Map());
    expect(outcome.fits && outcome.values.get('id')).toBe('7');
    expect(fits("<a id='{id}'>for {id}</a>", "<a id='7'>for 8</a>")).toBe(false);
    expect(fits("<a id='{id}'/>", "<a id='7'/>", { id: '8' })).toBe(false);
  });

  test('knows dates and numbers', () => {
    expect(matchValue('{any date}', '2026-11-22T10:00:00.123Z', new Map()).fits).toBe(true);
    expect(matchValue('{any date}', 'yesterday', new Map()).fits).toBe(false);
    expect(matchValue('{any number} s', '12 s', new Map()).fits).toBe(true);
  });

  test('does not see what is ignored, unless it asks for it', () => {
    const ignored = (tree: Tree) => tree.name === 'noise';
    expect(match(one('<a/>'), one('<a><noise/></a>'), new Map(), ignored).fits).toBe(true);
    expect(match(one('<a><noise/></a>'), one('<a/>'), new Map(), ignored).fits).toBe(false);
  });
});

test('fill repeats text and leaves unknown names', () => {
  expect(fill('{3 of ab} {x} {y}', new Map([['x', '1']]))).toBe('ababab 1 {y}');
});
