/** Compares what came with what a script expects. The pattern language is told in test/talk/README.md. */
import { hashedToken, hashedTokenAnswer } from '../sasl.ts';
import { elementsOf, show, type Tree } from '../tree.ts';

const NS_TALK = 'urn:casp3r:talk';
const MORE = `{${NS_TALK}}more`;
const ORDERED = `{${NS_TALK}}ordered`;

/** What names in braces stand for: known ones are compared, unknown ones take what they find. */
export type Values = ReadonlyMap<string, string>;

export type Outcome = { fits: true; values: Map<string, string> } | { fits: false; why: string };

/** Whether the element is one that does not count (a header line `ignoring …`). */
export type Ignored = (element: Tree) => boolean;

export function match(pattern: Tree, actual: Tree, values: Values, ignored: Ignored = () => false): Outcome {
  if (pattern.name !== actual.name || pattern.ns !== actual.ns) {
    return misfit(`expected <${pattern.name} xmlns='${pattern.ns}'>, not <${actual.name} xmlns='${actual.ns}'>`);
  }
  const attributes = matchAttributes(pattern, actual, values);
  if (!attributes.fits) return within(actual, attributes);
  const text = matchText(pattern, actual, attributes.values);
  if (!text.fits) return within(actual, text);
  const children = matchChildren(pattern, actual, text.values, ignored);
  return children.fits ? children : within(actual, children);
}

/** Text that may hold braces and dots against a value. `...` stands for anything, `{name}` for a known value or one to be kept. */
export function matchValue(pattern: string, actual: string, values: Values): Outcome {
  const kept: string[] = [];
  const source = pattern
    .split(/(\.\.\.|\{[^{}]*\})/)
    .map((part) => {
      if (part === '...') return '[^]*';
      const name = /^\{([^{}]*)\}$/.exec(part)?.[1];
      if (name === undefined) return escapeRegExp(part);
      const kind = KINDS[name];
      if (kind !== undefined) return kind;
      const known = values.get(name);
      if (known !== undefined) return escapeRegExp(known);
      kept.push(name);
      return kept.indexOf(name) === kept.length - 1 ? '([^]+)' : `\\${kept.indexOf(name) + 1}`;
    })
    .join('');
  const found = new RegExp(`^${source}$`).exec(actual);
  if (!found) return misfit(`expected '${fill(pattern, values)}', not '${actual}'`);
  const all = new Map(values);
  for (const [index, name] of kept.entries()) {
    const value = found[index + 1];
    if (value !== undefined) all.set(name, value);
  }
  return { fits: true, values: all };
}

/**
 * Puts known values in the place of their names in braces; `{20000 of x}` becomes as many x, `{alice's proof of t}` and
 * `{the answer to t}` the two messages of HT-SHA-256-NONE for the token called t.
 */
export function fill(text: string, values: Values): string {
  return text.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    const [, count, part] = /^(\d+) of (.+)$/.exec(name) ?? [];
    if (count !== undefined && part !== undefined) return part.repeat(Number(count));
    const [, who, token] = /^(\w+)'s proof of (\w+)$/.exec(name) ?? [];
    if (who !== undefined && token !== undefined) {
      return hashedToken(values.get(`${who}.local`) ?? '', values.get(token) ?? '');
    }
    const [, answered] = /^the answer to (\w+)$/.exec(name) ?? [];
    if (answered !== undefined) return hashedTokenAnswer(values.get(answered) ?? '');
    return values.get(name) ?? whole;
  });
}

const KINDS: Record<string, string> = {
  'any date': '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)',
  'any number': '\\d+',
};

function matchAttributes(pattern: Tree, actual: Tree, values: Values): Outcome {
  let all: Values = values;
  for (const [name, expected] of pattern.attrs) {
    if (name === MORE || name === ORDERED) continue;
    const value = actual.attrs.get(name);
    if (value === undefined) return misfit(`attribute ${name} is missing`);
    const outcome = matchValue(expected, value, all);
    if (!outcome.fits) return misfit(`attribute ${name}: ${outcome.why}`);
    all = outcome.values;
  }
  const extra = [...actual.attrs.keys()].find((name) => !pattern.attrs.has(name));
  if (extra !== undefined && !pattern.attrs.has(MORE)) {
    return misfit(`unexpected attribute ${extra}='${actual.attrs.get(extra)}'`);
  }
  return { fits: true, values: new Map(all) };
}

function matchText(pattern: Tree, actual: Tree, values: Values): Outcome {
  const expected = ownText(pattern);
  const text = ownText(actual);
  if (elementsOf(pattern).length > 0 || elementsOf(actual).length > 0) {
    if (expected.trim() === '...' || text.trim() === expected.trim()) return { fits: true, values: new Map(values) };
    return matchValue(expected.trim(), text.trim(), values);
  }
  return matchValue(expected, text, values);
}

function matchChildren(pattern: Tree, actual: Tree, values: Values, ignored: Ignored): Outcome {
  const wanted = elementsOf(pattern);
  const asked = (child: Tree) => wanted.some(({ name, ns }) => name === child.name && ns === child.ns);
  const present = elementsOf(actual).filter((child) => !ignored(child) || asked(child));
  const open = ownText(pattern).trim() === '...';
  return assign(wanted, present, values, { open, ordered: pattern.attrs.has(ORDERED), ignored });
}

interface Rules {
  /** Children that no pattern takes are fine. */
  open: boolean;
  ordered: boolean;
  ignored: Ignored;
}

/** Finds a different child for each pattern, trying other choices where a later pattern finds none. */
function assign(wanted: Tree[], present: Tree[], values: Values, rules: Rules): Outcome {
  const [first, ...rest] = wanted;
  if (!first) {
    const extra = present[0];
    return extra && !rules.open ? misfit(`unexpected ${show(extra, '')}`) : { fits: true, values: new Map(values) };
  }
  let best = misfit(`no ${show(first, '')}`);
  for (const [index, child] of present.entries()) {
    if (rules.ordered && !rules.open && index > 0) break;
    const outcome = match(first, child, values, rules.ignored);
    if (!outcome.fits) {
      if (child.name === first.name && child.ns === first.ns) best = outcome;
      continue;
    }
    const left = rules.ordered ? present.slice(index + 1) : present.filter((_, other) => other !== index);
    const whole = assign(rest, left, outcome.values, rules);
    if (whole.fits) return whole;
    best = whole;
  }
  return best;
}

const ownText = (tree: Tree) => {
  const text = tree.children.filter((child) => typeof child === 'string').join('');
  return text.trim() === '' && elementsOf(tree).length > 0 ? '' : text;
};

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const misfit = (why: string): Outcome & { fits: false } => ({ fits: false, why });

const within = (actual: Tree, { why }: { why: string }) =>
  misfit(why.startsWith('in <') ? `in <${actual.name}> ${why.slice(3)}` : `in <${actual.name}>: ${why}`);
