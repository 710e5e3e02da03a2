/** Reads a .talk file into steps. The format is told in test/talk/README.md. */
import type { Settings } from '../box.ts';
import type { Security } from '../wire.ts';

/** A client of someone: `alice on phone`. */
export interface Who {
  name: string;
  /** The resource; `home` where the script names none. */
  on: string;
}

export type Action =
  | { do: 'connect' | 'come online' | 'open a connection'; who: Who; over: Security; at?: string | undefined }
  | { do: 'join'; who: Who }
  | { do: 'open a stream'; who: Who; over: Security; header: string | undefined }
  | { do: 'log in'; who: Who; password: string | undefined }
  | { do: 'bind' | 'disconnect' | 'cut' | 'receive nothing'; who: Who }
  | { do: 'send' | 'send raw'; who: Who; text: string }
  | { do: 'receive'; who: Who; text: string; anyOrder: boolean }
  | { do: 'end'; who: Who; condition: string | undefined }
  | { do: 'befriend'; one: string; other: string }
  | { do: 'run'; command: string; keep: string[]; fails: boolean; sees: string | undefined; there: boolean }
  | { do: 'wait'; text: string }
  | { do: 'box'; there: boolean; change: 'restarts' | 'is killed' | 'stops' | 'starts' };

/** Signed by an authority that both boxes believe; or not so. */
export type CertificateKind = 'good' | 'expired' | 'wrong' | 'unsigned';
const CERTIFICATE_KINDS: readonly CertificateKind[] = ['good', 'expired', 'wrong', 'unsigned'];

export interface Step {
  /** Line of the file, from 1. */
  line: number;
  /** As written. */
  source: string;
  action: Action;
}

export interface Script {
  /** People with an account, in the order in which the accounts are made. */
  accounts: string[];
  /** People without one. */
  strangers: string[];
  /** People with an account on a second box, which there is where this names anyone. */
  elsewhere: string[];
  /** People of other servers of the first box, by name; a step makes their accounts. */
  at: Map<string, string>;
  settings: Settings;
  /** Of the second box, and what is wrong with the certificates of either. */
  settingsThere: Settings;
  certificates: Partial<Record<'here' | 'there', CertificateKind>>;
  /** Its box has a relay for calls, which takes coturn. */
  relay: boolean;
  /** Patterns of elements that do not count where no pattern asks for them. */
  ignoring: string[];
  steps: Step[];
  /** It changes the box itself, or expects one of its own. */
  needsOwnBox: boolean;
}

class ScriptError extends Error {
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'ScriptError';
  }
}

interface Sentence {
  line: number;
  text: string;
  block: string[];
}

/** @throws ScriptError */
export function parseScript(file: string): Script {
  const script: Script = {
    accounts: [],
    strangers: [],
    elsewhere: [],
    at: new Map(),
    settings: {},
    settingsThere: {},
    certificates: {},
    relay: false,
    ignoring: [],
    steps: [],
    needsOwnBox: false,
  };
  for (const sentence of sentencesOf(file)) {
    if (readHeader(script, sentence)) continue;
    script.steps.push({ line: sentence.line, source: sentence.text, action: readAction(sentence) });
  }
  checkNames(script);
  script.needsOwnBox ||=
    script.relay ||
    script.elsewhere.length > 0 ||
    script.at.size > 0 ||
    script.steps.some(({ action }) => action.do === 'box') ||
    Object.keys(script.settings).length > 0;
  return script;
}

/** A sentence stands at the margin; what is indented under it is its block. `#` starts a comment line in both. */
function sentencesOf(file: string): Sentence[] {
  const sentences: Sentence[] = [];
  for (const [index, line] of file.split('\n').entries()) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    if (!/^\s/.test(line)) sentences.push({ line: index + 1, text: line.trim(), block: [] });
    else if (sentences.length === 0) throw new ScriptError(index + 1, 'an indented line belongs to no sentence');
    else sentences.at(-1)?.block.push(line.trim());
  }
  for (const { line, text, block } of sentences) {
    if (text.endsWith(':') !== block.length > 0) {
      throw new ScriptError(line, 'a sentence ends with a colon just where an indented block follows');
    }
  }
  return sentences;
}

function readHeader(script: Script, { line, text }: Sentence): boolean {
  const [, keyword, rest = ''] =
    /^(relay|without|with|elsewhere|at|certificate|set|ignoring|alone)\b\s*(.*)$/.exec(text) ?? [];
  if (keyword === undefined) return false;
  if (script.steps.length > 0) throw new ScriptError(line, `'${keyword}' belongs before the first step`);
  if (keyword === 'with') script.accounts.push(...namesIn(rest));
  else if (keyword === 'without') script.strangers.push(...namesIn(rest));
  else if (keyword === 'elsewhere') script.elsewhere.push(...namesIn(rest));
  else if (keyword === 'at') {
    const [domain = '', ...names] = rest.split(/[\s,]+/);
    for (const name of names) script.at.set(name, domain);
  } else if (keyword === 'certificate') {
    const [, place, kind] = /^(here|there) is (\w+)$/.exec(rest) ?? [];
    if (place === undefined || !CERTIFICATE_KINDS.includes(kind as CertificateKind))
      throw new ScriptError(line, `expected: certificate here|there is ${CERTIFICATE_KINDS.join('|')}`);
    script.certificates[place as 'here' | 'there'] = kind as CertificateKind;
  } else if (keyword === 'ignoring') script.ignoring.push(rest);
  else if (keyword === 'alone') script.needsOwnBox = true;
  else if (keyword === 'relay') script.relay = true;
  else {
    const [, there, key, value] = /^(there )?([\w.]+)\s*=\s*(.+)$/.exec(rest) ?? [];
    if (key === undefined || value === undefined) throw new ScriptError(line, 'expected: set [there] KEY = VALUE');
    (there ? script.settingsThere : script.settings)[key] = JSON.parse(value) as Settings[string];
  }
  return true;
}

const namesIn = (list: string) => list.split(/\s*,\s*|\s+and\s+/).filter((name) => name !== '');

const WHO = '([a-z]\\w*)(?: on ([\\w-]+))?';
const AT = '(?: at ([\\w.-]+))?';
const OVER = '(?: over (plain|starttls|tls))?';

/** One row a sentence: its form, and what it becomes. The first that fits is taken. */
const FORMS: [RegExp, (found: (string | undefined)[], block: string[]) => Action][] = [
  [
    form(`${WHO} connects${AT}${OVER}`),
    ([n, o, at, over]) => ({ do: 'connect', who: who(n, o), over: security(over), at }),
  ],
  [
    form(`${WHO} comes online${AT}${OVER}`),
    ([n, o, at, over]) => ({ do: 'come online', who: who(n, o), over: security(over), at }),
  ],
  [form(`${WHO} gets an account`), ([n]) => ({ do: 'join', who: who(n, undefined) })],
  [
    form(`${WHO} opens a connection${OVER}`),
    ([n, o, over]) => ({ do: 'open a connection', who: who(n, o), over: security(over) }),
  ],
  [
    form(`${WHO} opens a stream${OVER}:?`),
    ([n, o, over], block) => ({
      do: 'open a stream',
      who: who(n, o),
      over: security(over),
      header: block.length > 0 ? flow(block) : undefined,
    }),
  ],
  [form(`${WHO} logs in(?: with "(.*)")?`), ([n, o, password]) => ({ do: 'log in', who: who(n, o), password })],
  [form(`${WHO} binds`), ([n, o]) => ({ do: 'bind', who: who(n, o) })],
  [form(`${WHO} disconnects`), ([n, o]) => ({ do: 'disconnect', who: who(n, o) })],
  [form(`${WHO} cuts the connection`), ([n, o]) => ({ do: 'cut', who: who(n, o) })],
  [form(`${WHO} sends:`), ([n, o], block) => ({ do: 'send', who: who(n, o), text: flow(block) })],
  [form(`${WHO} sends raw:`), ([n, o], block) => ({ do: 'send raw', who: who(n, o), text: block.join('') })],
  [form(`${WHO} receives nothing`), ([n, o]) => ({ do: 'receive nothing', who: who(n, o) })],
  [
    form(`${WHO} receives( in any order)?:`),
    ([n, o, unordered], block) => ({
      do: 'receive',
      who: who(n, o),
      text: flow(block),
      anyOrder: unordered !== undefined,
    }),
  ],
  [
    form(`${WHO}'s stream ends(?: with <([\\w-]+)/>)?`),
    ([n, o, condition]) => ({ do: 'end', who: who(n, o), condition }),
  ],
  [form('(\\w+) and (\\w+) are friends'), ([one = '', other = '']) => ({ do: 'befriend', one, other })],
  [
    form('the (other )?owner runs "(.*?)"(?: and keeps (.+)|( in vain)| and sees "(.+)")?'),
    ([there, command = '', keep = '', fails, sees]) => ({
      do: 'run',
      command,
      keep: namesIn(keep),
      fails: fails !== undefined,
      sees,
      there: there !== undefined,
    }),
  ],
  [form('the box has logged "(.+)"'), ([text = '']) => ({ do: 'wait', text })],
  [
    form('the (other )?box (restarts|is killed|stops|starts)'),
    ([there, change]) => ({
      do: 'box',
      there: there !== undefined,
      change: change as 'restarts' | 'is killed' | 'stops' | 'starts',
    }),
  ],
];

function readAction({ line, text, block }: Sentence): Action {
  for (const [pattern, build] of FORMS) {
    const found = pattern.exec(text);
    if (found) return build(found.slice(1), block);
  }
  throw new ScriptError(line, `no sentence of this form is known: ${text}`);
}

function checkNames(script: Script): void {
  const known = new Set([...script.accounts, ...script.strangers, ...script.elsewhere, ...script.at.keys()]);
  for (const { line, action } of script.steps) {
    const names = action.do === 'befriend' ? [action.one, action.other] : 'who' in action ? [action.who.name] : [];
    for (const name of names) {
      if (!known.has(name))
        throw new ScriptError(line, `who is ${name}? Say 'with ${name}' or 'without ${name}' first`);
    }
  }
}

/** Lines of XML as one text: a line break between two tags is layout, one within a tag or a text is a space. */
const flow = (block: string[]) => block.join('\n').replace(/>\n</g, '><').replaceAll('\n', ' ');

function form(source: string): RegExp {
  return new RegExp(`^${source}$`);
}

function who(name = '', on = 'home'): Who {
  return { name, on };
}

function security(word: string | undefined): Security {
  return (word ?? 'plain') as Security;
}
