/** What an owner is told: why somebody may or may not, and what another mode would change. */
import { beforeEach, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../../xmpp/access/acts.ts';
import { explain } from '../../../../xmpp/access/rules/explain.ts';
import { modeChange } from '../../../../xmpp/access/rules/mode-change.ts';
import { RuleBook } from '../../../../xmpp/access/rules/rule-book.ts';
import type { Account } from '../../../../xmpp/store/model.ts';
import { type TestHost, testHost } from '../../extensions/harness.ts';

let host: TestHost;
let alice: Account;

beforeEach(async () => {
  host = await testHost();
  alice = await host.member('alice');
});

const words = (subject: string, action: string, to?: string) => explain(host, { subject, action, to }).words;

test('who decided is said in words: the mode, a rule by its number, or that a member is limited', async () => {
  expect(words('eve@far.example', 'message-in', 'alice@casp3r.local')).toBe(
    'Denied by the mode family: strangers may not write to members.',
  );
  await host.contact(alice, 'eve@far.example', 'both');
  expect(words('eve@far.example', 'message-in', 'alice@casp3r.local')).toBe(
    'Allowed by the mode family: people without an account here may write to members.',
  );
  expect(words('domain:far.example', 'federate-in')).toMatch(/^Allowed by the mode family/);
  const quota = { subject: 'member', action: 'upload', decision: 'allow', bytes: 500 } as const;
  await new RuleBook(host).add({ subject: 'guest', action: 'invite', decision: 'deny' }, COMMAND_LINE);
  await new RuleBook(host).add({ ...quota, why: 'small disk' }, COMMAND_LINE);
  expect(explain(host, { subject: 'alice@casp3r.local', action: 'upload' })).toEqual({
    decision: 'allow',
    rule: 2,
    words: 'Allowed by rule 2: members may upload files, 500 bytes in all (small disk).',
  });
  expect(words('member', 'upload')).toMatch(/^Allowed by rule 2/);
  await host.member('kid', 'limited');
  expect(words('account:kid@casp3r.local', 'message-out', 'alice@casp3r.local')).toMatch(
    /^Denied: a limited member talks to administrators/,
  );
});

test('the file has the last word, and explain says so', () => {
  host.config = { ...host.config, federation: { ...host.config.federation, deny: ['spam.example'] } };
  expect(words('domain:spam.example', 'federate-out')).toBe('Denied by [federation] deny in casp3r.toml.');
});

test.each([
  ['nobody', 'upload', undefined],
  ['member', '*', undefined],
  ['member', 'fly', undefined],
  ['nobody@casp3r.local', 'upload', undefined],
  ['eve@far.example', 'message-in', 'nobody@casp3r.local'],
  ['eve@far.example', 'message-in', '@'],
])('%s %s is no question', (subject, action, to) => {
  expect(() => explain(host, { subject, action, to })).toThrow(RangeError);
});

test('another mode is told by what differs, the rules counted in, and by who is cut off', async () => {
  await host.contact(alice, 'bob@far.example', 'both');
  await host.contact(alice, 'carol@far.example', 'both');
  await host.contact(alice, 'dave@kept.example', 'both');
  await new RuleBook(host).add({ subject: 'domain:kept.example', action: '*', decision: 'allow' }, COMMAND_LINE);
  const { differences, cut } = modeChange(host, 'private');
  expect(cut).toEqual({ domains: ['far.example'], contacts: 2 });
  expect(differences).toContainEqual({ person: 'member', action: 'invite', before: 'allow', after: 'deny' });
  expect(differences).toContainEqual({ person: 'contact', action: 'message-in', before: 'allow', after: 'deny' });
  expect(differences.some(({ person }) => person === 'administrator')).toBe(false);
  await new RuleBook(host).add({ subject: 'member', action: 'invite', decision: 'allow' }, COMMAND_LINE);
  expect(modeChange(host, 'private').differences.some(({ action }) => action === 'invite')).toBe(false);
  expect(modeChange(host, 'family')).toMatchObject({ differences: [], cut: { domains: [], contacts: 0 } });
});
