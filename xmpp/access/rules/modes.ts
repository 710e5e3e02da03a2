/**
 * The four modes, from wholly private to open: what holds where no rule of the owner's says otherwise. Data, in the form of rules;
 * the first that matches decides, as among the owner's. docs/access.md tells owners of it.
 */
import type { AccessAction, Decision } from '../../store/access-model.ts';
import type { Mode, Registration, ServerRow } from '../../store/model.ts';
import { readSubject, type Subject } from './subject.ts';

export interface DefaultRule {
  subject: Subject;
  actions: readonly (AccessAction | '*')[];
  decision: Decision;
}

const rule = (subject: string, decision: Decision, ...actions: (AccessAction | '*')[]): DefaultRule => ({
  subject: readSubject(subject),
  actions,
  decision,
});

/** In every mode: administrators may do anything, nobody else administers; children and guests of the house do not let others in. */
const ALWAYS = [
  rule('administrator', 'allow', '*'),
  rule('everyone', 'deny', 'administer'),
  rule('limited', 'deny', 'invite', 'create-room'),
  rule('everyone', 'allow', 'login', 'register'),
];

/** Whoever is not here does none of this anywhere. */
const NOT_GUESTS = rule('guest', 'deny', 'invite', 'upload');

export const MODES: Record<Mode, readonly DefaultRule[]> = {
  private: [
    ...ALWAYS,
    rule('everyone', 'deny', 'invite', 'federate-in', 'federate-out'),
    rule('member', 'allow', '*'),
    rule('everyone', 'deny', '*'),
  ],
  family: [
    ...ALWAYS,
    rule('member', 'allow', '*'),
    NOT_GUESTS,
    // A contact is no stranger: that is the whole of a family's door.
    rule('stranger', 'deny', '*'),
    rule('guest', 'deny', 'create-room'),
    rule('guest', 'allow', '*'),
  ],
  community: [
    ...ALWAYS,
    rule('member', 'allow', '*'),
    NOT_GUESTS,
    rule('stranger', 'quarantine', 'message-in', 'presence'),
    rule('guest', 'deny', 'create-room'),
    rule('guest', 'allow', '*'),
  ],
  open: [
    ...ALWAYS,
    rule('member', 'allow', '*'),
    NOT_GUESTS,
    rule('guest', 'deny', 'create-room'),
    rule('guest', 'allow', '*'),
  ],
};

/** Who makes accounts where a server starts in this mode. */
export const registrationIn = (mode: Mode): Registration => (mode === 'open' ? 'open' : 'invite');

/** What becomes of it in another mode: `open` opens it, the others take that back; who had closed it finds it closed. */
export const registrationAfter = (now: Pick<ServerRow, 'mode' | 'registration'>, to: Mode): Registration =>
  to === now.mode || (now.registration === 'closed' && to !== 'open') ? now.registration : registrationIn(to);

/** From nobody to everyone. */
export const REGISTRATIONS = ['closed', 'invite', 'open'] as const satisfies readonly Registration[];

/** From wholly private to open. */
export const MODE_NAMES = Object.keys(MODES) as Mode[];
