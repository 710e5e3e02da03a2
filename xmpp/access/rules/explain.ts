/** "May these do that, and why?", as an owner types it: the command line, ad-hoc commands and the web ask here. */
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import type { AccessAction, Decision } from '../../store/access-model.ts';
import type { AccessQuestion } from './access.ts';
import type { Verdict } from './decide.ts';
import { PEOPLE } from './people.ts';
import { readAction } from './rule-book.ts';
import { type Party, readSubject } from './subject.ts';
import { memberAt, whoIs } from './who.ts';
import { verdictWords } from './words.ts';

export interface Explanation {
  decision: Decision;
  /** Number of the owner's rule that decided; absent where another did. */
  rule?: number;
  words: string;
}

export interface TypedQuestion {
  /** As in a rule, or an address alone. */
  subject: string;
  action: string;
  /** Whom it concerns: the member who is written to, or whom a member writes to. */
  to?: string | undefined;
}

/** @throws RangeError, in words for who typed it */
export function explain(host: Host, typed: TypedQuestion): Explanation {
  const action = readAction(typed.action);
  if (action === '*') throw new RangeError('one action at a time');
  const verdict = verdictOf(host, typed.subject.trim(), action, typed.to);
  const { rules } = host.access;
  const words = verdictWords(verdict, action, rules);
  const { by, decision } = verdict;
  if (!('rule' in by)) return { decision, words };
  return { decision, words, rule: rules.findIndex(({ id }) => id === by.rule.id) + 1 };
}

function verdictOf(host: Host, typed: string, action: AccessAction, to: string | undefined): Verdict {
  const { access, server } = host;
  const { text } = readSubject(typed.includes('@') && !typed.includes(':') ? `account:${typed}` : typed);
  const [kind = '', ...rest] = text.split(':');
  const value = rest.join(':');
  const representative = ofKind(kind, value);
  if (representative) return access.foresee(server.mode, action, representative);
  const other = to === undefined ? undefined : jidOf(to);
  const question: AccessQuestion = { action, who: whoTyped(host, kind, value) };
  const member = other && memberAt(host, other);
  // A message that goes out is asked about where it goes, any other by whom it reaches.
  if (other && action === 'message-out') question.to = other.bare;
  else if (member) question.member = member;
  else if (other) throw new RangeError(`there is no member ${other.bare}`);
  return access.explain(question);
}

/** Somebody of whom no more is known. */
function ofKind(kind: string, value: string): Party | undefined {
  if (kind === 'circle') return { role: 'member', circles: [value] };
  if (kind === 'everyone' || kind === 'guest') return PEOPLE.stranger;
  return kind === 'member' || kind === 'limited' || kind === 'administrator' || kind === 'stranger'
    ? PEOPLE[kind]
    : undefined;
}

function whoTyped(host: Host, kind: string, value: string): AccessQuestion['who'] {
  if (kind === 'domain') return { domain: value };
  if (kind === 'address') return { address: value.split('/')[0] ?? '' };
  const jid = Jid.parse(value);
  const who = whoIs(host, jid);
  if (!who || (host.serves(jid.domain) && 'jid' in who)) throw new RangeError(`there is no member ${jid}`);
  return who;
}

function jidOf(typed: string): Jid {
  try {
    return Jid.parse(typed);
  } catch {
    throw new RangeError(`"${typed}" is not an address`);
  }
}
