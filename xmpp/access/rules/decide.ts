/** The one place where it is decided who may do what: the file's, then the owner's rules, then the mode's, the first that matches. Pure. */
import type { AccessAction, AccessRule, Decision } from '../../store/access-model.ts';
import type { Mode } from '../../store/model.ts';
import { type DefaultRule, MODES } from './modes.ts';
import type { Party, Subject } from './subject.ts';

export interface ReadRule {
  rule: AccessRule;
  subject: Subject;
}

export interface Verdict {
  decision: Decision;
  /** What decided: a rule of the owner's, a key of casp3r.toml, the mode, or that a limited member talks only to those approved. */
  by: { rule: AccessRule } | { setting: string; because?: string } | { mode: Mode; subject: string } | Apart;
}

export interface Apart {
  /** Bare JID of who acts. */
  limited: string;
  /** What the mode would say if an administrator approved. */
  otherwise: Decision;
}

/** A rule that casp3r.toml makes. */
export interface Setting extends DefaultRule {
  /** As it is written: `[federation] deny`. */
  key: string;
  /** What more there is to say of why it matches, in words. */
  because?(who: Party): string | undefined;
}

export interface Question {
  action: AccessAction;
  who: Party;
  /** `message-in`, `message-out`, `presence`: one of the two is limited and the other neither in a circle of theirs nor approved. */
  apart?: boolean;
}

/** @param settings what casp3r.toml says; whoever writes that file has the last word, so it is asked first */
export function decide(
  mode: Mode,
  rules: readonly ReadRule[],
  { action, who, apart }: Question,
  settings: readonly Setting[] = [],
): Verdict {
  const setting = settings.find((one) => speaksOf(one, action) && one.subject.matches(who));
  if (setting) {
    const because = setting.because?.(who);
    return { decision: setting.decision, by: { setting: setting.key, ...(because === undefined ? {} : { because }) } };
  }
  const rule = firstRule(rules, { action, who });
  if (rule) return { decision: isOver(rule.decision, who) ? 'allow' : rule.decision, by: { rule } };
  const found = MODES[mode].find((one) => speaksOf(one, action) && one.subject.matches(who));
  const decision = found?.decision ?? 'deny';
  if (apart) return { decision: 'deny', by: { limited: who.jid ?? '', otherwise: decision } };
  return { decision, by: { mode, subject: found?.subject.text ?? 'everyone' } };
}

/** Who was let in waits no longer. */
const isOver = (decision: Decision, { accepted }: Party) => decision === 'quarantine' && accepted === true;

/** The first of the owner's that speaks of this. */
export function firstRule(rules: readonly ReadRule[], { action, who }: Question): AccessRule | undefined {
  const found = rules.find(
    ({ rule, subject }) =>
      (rule.action === action || rule.action === '*') && subject.matches(who) && canBe(action, rule.decision),
  );
  return found?.rule;
}

/** Only what comes from somebody to a member can wait for that member. */
export function canBe(action: AccessAction | '*', decision: Decision): boolean {
  return decision !== 'quarantine' || action === 'message-in' || action === 'presence';
}

const speaksOf = ({ actions }: DefaultRule, action: AccessAction) => actions.includes(action) || actions.includes('*');
