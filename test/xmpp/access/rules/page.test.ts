/** docs/access.md tells owners what each mode lets whom do: word for word what xmpp/access/rules/modes.ts does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decide } from '../../../../xmpp/access/rules/decide.ts';
import { MODE_NAMES } from '../../../../xmpp/access/rules/modes.ts';
import { PEOPLE, personsFor } from '../../../../xmpp/access/rules/people.ts';
import { ACTION_WORDS } from '../../../../xmpp/access/rules/words.ts';
import { ACTIONS, type AccessAction } from '../../../../xmpp/store/access-model.ts';
import type { Mode } from '../../../../xmpp/store/model.ts';

const page = readFileSync(new URL('../../../../docs/access.md', import.meta.url), 'utf8');

/** By how many of those whom it concerns, the closest first, may do it. */
const PERSONS_UP_TO = [
  'nobody',
  'administrators',
  'members, not limited ones',
  'members',
  'members and contacts',
  'everyone',
];
const SERVERS_UP_TO = ['no server', 'servers where a member has a contact', 'every server'];

function cell(mode: Mode, action: AccessAction): string {
  const persons = personsFor(action);
  const decisions = persons.map((person) => decide(mode, [], { action, who: PEOPLE[person] }).decision);
  const allowed = decisions.filter((decision) => decision === 'allow').length;
  expect(decisions.slice(0, allowed).every((decision) => decision === 'allow')).toBe(true);
  const words = persons.length === 2 ? SERVERS_UP_TO[allowed] : PERSONS_UP_TO[allowed];
  return decisions.includes('quarantine') ? `${words}; strangers wait` : (words ?? '');
}

const tableRow = (action: AccessAction) =>
  `| \`${action}\`: ${ACTION_WORDS[action]} | ${MODE_NAMES.map((mode) => cell(mode, action)).join(' | ')} |`;

test.each(ACTIONS)('%s', (action) => {
  expect(page).toContain(tableRow(action));
});
