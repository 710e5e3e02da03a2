/** "May these do that, and why?", as an owner types it: the command line, ad-hoc commands and the web ask here. */
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import type { AccessAction, Decision } from '../../store/access-model.ts';
import { type AccessQuestion, isMeeting } from './access.ts';
import type { Verdict } from './decide.ts';
import { subjectHere } from './here.ts';
import { PEOPLE } from './people.ts';
import { readRange } from './range.ts';
import { readAction } from './rule-book.ts';
import type { Party } from './subject.ts';
import { isOfThisServer, memberAt, whoIs } from './who.ts';
import { verdictWords } from './words.ts';

export interface Explanation {
  decision: Decision;
  /** Number of the owner's rule that decided; absent where another did. */
  rule?: number;
  words: string;
}

export interface TypedQuestion {
  /** As in a rule, or an address alone; its resource does not count. */
  subject: string;
  action: string;
  /** Whom it concerns: the member who is written to, or whom a member writes to. */
  to?: string | undefined;
  /** The network address that they come from. */
  from?: string | undefined;
}

/** What crosses to members from elsewhere; members' own is `message-out`. */
const COMES_IN: ReadonlySet<AccessAction> = new Set<AccessAction>([
  'message-in',
  'presence',
  'join-room',
  'create-room',
  'use-service',
]);

/** @throws RangeError, in words for who typed it */
export function explain(host: Host, typed: TypedQuestion): Explanation {
  const action = readAction(typed.action);
  if (action === '*') throw new RangeError('one action at a time');
  const verdict = verdictOf(host, typed, action);
  const { rules } = host.access;
  const way = verdict.decision === 'deny' ? undefined : wayOf(host, typed, action);
  if (way?.verdict.decision === 'deny') {
    const but = `${verdictWords(verdict, action, rules)} But nothing ${way.action === 'federate-in' ? 'comes from' : 'goes to'}`;
    const words = `${but} ${way.domain}: ${verdictWords(way.verdict, way.action, rules)}`;
    return { ...decided(host, way.verdict), words };
  }
  const words = verdictWords(verdict, action, rules);
  return { ...decided(host, verdict), words: isNarrower(host, typed, action, verdict) ? `${words} ${LIMITED}` : words };
}

const LIMITED =
  'A limited member does so only with administrators, with those in a circle with them, and with whom one approved.';

/** Whom a limited member speaks with was not asked. */
function isNarrower(
  host: Host,
  { subject, to }: TypedQuestion,
  action: AccessAction,
  { decision, by }: Verdict,
): boolean {
  if (to !== undefined || decision === 'deny' || 'rule' in by || !isMeeting(action)) return false;
  const { kind, value } = readTyped(host, subject);
  return kind === 'limited' || (kind === 'account' && memberAt(host, Jid.parse(value))?.role === 'limited');
}

function decided(host: Host, { by, decision }: Verdict): Omit<Explanation, 'words'> {
  if (!('rule' in by)) return { decision };
  return { decision, rule: host.access.rules.findIndex(({ id }) => id === by.rule.id) + 1 };
}

function verdictOf(host: Host, { subject, to, from }: TypedQuestion, action: AccessAction): Verdict {
  const { access, server } = host;
  const { kind, value } = readTyped(host, subject);
  const address = from === undefined ? undefined : addressOf(from);
  const representative = ofKind(kind, value);
  if (representative) return access.foresee(server.mode, action, withAddress(representative, address));
  const other = to === undefined ? undefined : jidOf(to);
  const question: AccessQuestion = { action, who: withAddress(whoTyped(host, kind, value, action), address) };
  const member = other && memberAt(host, other);
  // A message that goes out is asked about where it goes, any other by whom it reaches.
  if (other && action === 'message-out') question.to = other.bare;
  else if (member) question.member = member;
  else if (other) throw new RangeError(`there is no member ${other.bare}`);
  return access.explain(question);
}

/** Whether the servers talk with each other at all, where the two are at different ones. */
function wayOf(host: Host, { subject, to }: TypedQuestion, action: AccessAction) {
  const { kind, value } = readTyped(host, subject);
  const jid = kind === 'account' || kind === 'domain' ? Jid.parse(value) : undefined;
  const other = to === undefined ? undefined : jidOf(to);
  const isElsewhere = (one: Jid | undefined): one is Jid =>
    one !== undefined && !host.serves(one.domain) && !isOfThisServer(host, one);
  const crossing = (far: Jid, way: 'federate-in' | 'federate-out') => {
    const verdict = host.access.explain({ action: way, who: { domain: far.domain } });
    return { verdict, action: way, domain: far.domain };
  };
  if (COMES_IN.has(action) && isElsewhere(jid)) return crossing(jid, 'federate-in');
  return action === 'message-out' && isElsewhere(other) ? crossing(other, 'federate-out') : undefined;
}

function readTyped(host: Host, typed: string): { kind: string; value: string } {
  const subject = typed.trim();
  const text = subjectHere(host, isAddress(subject) ? `account:${jidOf(subject).bare}` : subject);
  const [kind = '', ...rest] = text.split(':');
  return { kind, value: rest.join(':') };
}

/** No kind stands before it; a resource may hold anything. */
const isAddress = (typed: string) => /^[^:/]*@/.test(typed);

/** Somebody of whom no more is known. */
function ofKind(kind: string, value: string): Party | undefined {
  if (kind === 'circle') return { role: 'member', circles: [value] };
  if (kind === 'everyone' || kind === 'guest') return PEOPLE.stranger;
  return kind === 'member' || kind === 'limited' || kind === 'administrator' || kind === 'stranger'
    ? PEOPLE[kind]
    : undefined;
}

function whoTyped(host: Host, kind: string, value: string, action: AccessAction): AccessQuestion['who'] {
  if (kind === 'domain') return { domain: value };
  if (kind === 'address') return { address: addressOf(value) };
  const jid = Jid.parse(value);
  const who = whoIs(host, jid);
  // An account that is yet to be made is asked about by its name.
  const isToBe = action === 'register' && host.serves(jid.domain);
  if (!who || (host.serves(jid.domain) && 'jid' in who && !isToBe)) throw new RangeError(`there is no member ${jid}`);
  return isToBe ? { jid } : who;
}

const withAddress = <T extends object>(of: T, address: string | undefined) =>
  address === undefined ? of : { ...of, address };

/** The first of a range. */
const addressOf = (typed: string) => readRange(typed).text.split('/')[0] ?? '';

function jidOf(typed: string): Jid {
  try {
    return Jid.parse(typed);
  } catch {
    throw new RangeError(`"${typed}" is not an address`);
  }
}
