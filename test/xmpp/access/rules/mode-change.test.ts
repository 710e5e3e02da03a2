/** What is said of another mode before it is set is what happens once it is: between each two modes, for each kind of people. */
import { expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../../xmpp/access/acts.ts';
import type { AccessQuestion } from '../../../../xmpp/access/rules/access.ts';
import { modeChange } from '../../../../xmpp/access/rules/mode-change.ts';
import { MODE_NAMES } from '../../../../xmpp/access/rules/modes.ts';
import { PEOPLE, type Person, personsFor } from '../../../../xmpp/access/rules/people.ts';
import { RuleBook } from '../../../../xmpp/access/rules/rule-book.ts';
import { Jid } from '../../../../xmpp/routing/jid.ts';
import { ACTIONS, type AccessAction, type Decision } from '../../../../xmpp/store/access-model.ts';
import type { Account } from '../../../../xmpp/store/model.ts';
import { type TestHost, testHost } from '../../extensions/harness.ts';

const PAIRS = MODE_NAMES.flatMap((from) => MODE_NAMES.map((to) => ({ from, to })));
const RULES = [
  { subject: 'guest', action: 'join-room', decision: 'deny' },
  { subject: 'limited', action: 'invite', decision: 'allow' },
  { subject: 'stranger', action: 'presence', decision: 'deny' },
] as const;

/** Real people of each kind. Administrators for limited ones to talk with, so that the mode alone decides. */
async function people(host: TestHost): Promise<{ who: Record<Person, AccessQuestion['who']>; reached: Account }> {
  const root = await host.member('root', 'administrator');
  const who = {
    administrator: { account: root },
    member: { account: await host.member('alice') },
    limited: { account: await host.member('kid', 'limited') },
    contact: { jid: Jid.parse('bob@far.example') },
    stranger: { jid: Jid.parse('eve@else.example') },
  };
  await host.contact(root, 'bob@far.example', 'both');
  return { who, reached: root };
}

function decisions(host: TestHost, { who, reached }: Awaited<ReturnType<typeof people>>): Map<string, Decision> {
  const of = (person: Person, action: AccessAction): AccessQuestion => {
    const party = who[person];
    if (action.startsWith('federate') && 'jid' in party) return { action, who: { domain: party.jid.domain } };
    if (action === 'message-in' || action === 'presence') return { action, who: party, member: reached };
    return { action, who: party };
  };
  return new Map(
    ACTIONS.flatMap((action) =>
      personsFor(action).map((person) => [`${person} ${action}`, host.access.decide(of(person, action))] as const),
    ),
  );
}

test.each(PAIRS)('from $from to $to', async ({ from, to }) => {
  const host = await testHost();
  await host.configure({ mode: from });
  const all = await people(host);
  for (const rule of RULES) await new RuleBook(host).add(rule, COMMAND_LINE);
  const before = decisions(host, all);
  const { differences, cut } = modeChange(host, to);
  await new RuleBook(host).setMode(to, COMMAND_LINE);
  const after = decisions(host, all);
  const happened = [...after].filter(([key, decision]) => before.get(key) !== decision);
  const said = differences.map(({ person, action, after: then }) => [`${person} ${action}`, then]);
  expect(said.sort()).toEqual(happened.sort());
  const isCut = before.get('contact federate-out') === 'allow' && after.get('contact federate-out') !== 'allow';
  expect(cut).toEqual(isCut ? { domains: ['far.example'], contacts: 1 } : { domains: [], contacts: 0 });
});

test('each kind of people is looked at', () => {
  expect(new Set(ACTIONS.flatMap((action) => personsFor(action)))).toEqual(new Set(Object.keys(PEOPLE)));
});
