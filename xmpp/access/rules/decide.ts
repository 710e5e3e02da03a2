/** The one place where it is decided who may do what: the owner's rules, then the mode's, the first that matches. Pure. */
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
  /** What decided: a rule of the owner's, the mode's, or that a limited member talks only to those who were approved. */
  by: { rule: AccessRule } | { mode: Mode; subject: string } | { limited: string };
}

export interface Question {
  action: AccessAction;
  who: Party;
  /** `message-in`, `message-out`, `presence`: one of the two is limited and the other neither in a circle of theirs nor approved. */
  apart?: boolean;
}

export function decide(mode: Mode, rules: readonly ReadRule[], { action, who, apart }: Question): Verdict {
  for (const { rule, subject } of rules) {
    if ((rule.action === action || rule.action === '*') && subject.matches(who) && canBe(action, rule.decision))
      return { decision: rule.decision, by: { rule } };
  }
  if (apart) return { decision: 'deny', by: { limited: who.jid ?? '' } };
  const found = MODES[mode].find((one) => speaksOf(one, action) && one.subject.matches(who));
  return { decision: found?.decision ?? 'deny', by: { mode, subject: found?.subject.text ?? 'everyone' } };
}

/** Only what comes from somebody to a member can wait for that member. */
export function canBe(action: AccessAction | '*', decision: Decision): boolean {
  return decision !== 'quarantine' || action === 'message-in' || action === 'presence';
}

const speaksOf = ({ actions }: DefaultRule, action: AccessAction) => actions.includes(action) || actions.includes('*');
