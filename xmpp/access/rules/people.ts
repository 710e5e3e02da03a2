/** The kinds of people that modes tell apart, the closest first: for tables of who may do what. */
import type { AccessAction } from '../../store/access-model.ts';
import type { Party } from './subject.ts';

export const PEOPLE = {
  administrator: { role: 'administrator' },
  member: { role: 'member' },
  limited: { role: 'limited' },
  contact: { known: true, accepted: true },
  stranger: { known: false },
} as const satisfies Record<string, Party>;

export type Person = keyof typeof PEOPLE;

const PERSONS = Object.keys(PEOPLE) as Person[];

const HERE: ReadonlySet<AccessAction> = new Set<AccessAction>([
  'login',
  'invite',
  'message-out',
  'upload',
  'administer',
]);
const ELSEWHERE: ReadonlySet<AccessAction> = new Set<AccessAction>(['federate-in', 'federate-out']);

/** Of whom it makes sense to ask: nobody logs in from elsewhere, and members do not federate. */
export function personsFor(action: AccessAction): readonly Person[] {
  if (ELSEWHERE.has(action)) return PERSONS.slice(3);
  return HERE.has(action) ? PERSONS.slice(0, 3) : PERSONS;
}
