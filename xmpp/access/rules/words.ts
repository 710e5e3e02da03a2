/** Rules and decisions as sentences: "strangers may send messages to members, but wait until they are accepted". */
import type { AccessAction, AccessRule, Decision } from '../../store/access-model.ts';
import type { Registration } from '../../store/model.ts';
import type { Verdict } from './decide.ts';
import type { ModeChange } from './mode-change.ts';
import type { Person } from './people.ts';

const PEOPLE: Readonly<Record<string, string>> = {
  everyone: 'everyone',
  member: 'members',
  limited: 'limited members',
  administrator: 'administrators',
  guest: 'people without an account here',
  stranger: 'strangers',
  unlisted: 'servers that are not in the list',
};

const KINDS: Readonly<Record<string, (value: string) => string>> = {
  circle: (name) => `the circle ${name}`,
  account: (jid) => jid,
  domain: (domain) => `everyone at ${domain}`,
  address: (range) => `whoever comes from ${range}`,
};

/** What follows "may". */
export const ACTION_WORDS: Readonly<Record<AccessAction | '*', string>> = {
  register: 'make an account',
  login: 'log in',
  invite: 'let others make an account',
  'message-in': 'write to members',
  'message-out': 'write to others',
  presence: 'ask members to be contacts, and show them presence',
  'join-room': 'enter rooms',
  'create-room': 'make rooms',
  upload: 'upload files',
  'federate-in': 'reach this server from theirs',
  'federate-out': 'be reached at their server',
  'use-service': 'use what is beside the server: rooms, nodes, files, calls, gateways',
  administer: 'administer the server',
  '*': 'do anything',
};

/** Who makes an account, whom the rules let. */
export const REGISTRATION_WORDS: Readonly<Record<Registration, string>> = {
  closed: 'nobody; administrators make accounts',
  invite: 'who was invited',
  open: 'everyone',
};

/** @param text as a rule has it (subject.ts) */
export function subjectWords(text: string): string {
  const colon = text.indexOf(':');
  const kind = KINDS[text.slice(0, colon)];
  return PEOPLE[text] ?? (kind ? kind(text.slice(colon + 1)) : text);
}

export function decisionWords(subject: string, action: AccessAction | '*', decision: Decision): string {
  const isNobody = subject === 'everyone' && decision === 'deny';
  const who = isNobody ? 'nobody may' : `${subjectWords(subject)} ${decision === 'deny' ? 'may not' : 'may'}`;
  const may = `${who} ${ACTION_WORDS[action]}`;
  return decision === 'quarantine' ? `${may}, but wait until the member accepts them` : may;
}

export function ruleWords({ subject, action, decision, bytes }: AccessRule): string {
  const words = decisionWords(subject, action, decision);
  return bytes === undefined ? words : `${words}, ${bytes} bytes in all`;
}

const PERSONS: Readonly<Record<Person, string>> = {
  administrator: 'Administrators',
  member: 'Members',
  limited: 'Limited members',
  contact: 'Contacts of members elsewhere',
  stranger: 'Strangers',
};

/** What another mode changes, a sentence for each kind of people: "Strangers may no longer write to members; enter rooms." */
export function differenceWords(differences: ModeChange['differences']): string[] {
  const sentences = new Map<string, string[]>();
  for (const { person, action, after } of differences) {
    const begin = `${PERSONS[person]} ${MAY[after]}`;
    sentences.set(begin, [...(sentences.get(begin) ?? []), ACTION_WORDS[action]]);
  }
  return [...sentences].map(([begin, actions]) => `${begin} ${actions.join('; ')}.`);
}

const MAY: Readonly<Record<Decision, string>> = {
  allow: 'may from now on',
  deny: 'may no longer',
  quarantine: 'have to wait until the member accepts them, when they',
};

const DECIDED: Readonly<Record<Decision, string>> = { allow: 'Allowed', deny: 'Denied', quarantine: 'Held' };

/** @param rules the owner's, in their order: a rule is told by its number */
export function verdictWords({ decision, by }: Verdict, action: AccessAction, rules: readonly AccessRule[]): string {
  const decided = DECIDED[decision];
  if ('rule' in by) {
    const number = rules.findIndex(({ id }) => id === by.rule.id) + 1;
    const why = by.rule.why === '' ? '' : ` (${by.rule.why})`;
    return `${decided} by rule ${number}: ${ruleWords(by.rule)}${why}.`;
  }
  if ('setting' in by)
    return `${decided} by ${by.setting} in casp3r.toml${by.because === undefined ? '' : `: ${by.because}`}.`;
  if ('limited' in by)
    return `${decided}: a limited member talks to administrators, to those in a circle with them, and to whom an administrator approved.`;
  return `${decided} by the mode ${by.mode}: ${decisionWords(by.subject, action, decision)}.`;
}
