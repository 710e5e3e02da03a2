/** The kinds of people that modes tell apart, the closest first: for tables of who may do what. */
import type { Party } from './subject.ts';

export const PEOPLE = {
  administrator: { role: 'administrator' },
  member: { role: 'member' },
  limited: { role: 'limited' },
  contact: { known: true },
  stranger: { known: false },
} as const satisfies Record<string, Party>;

export type Person = keyof typeof PEOPLE;

export const PERSONS = Object.keys(PEOPLE) as Person[];
