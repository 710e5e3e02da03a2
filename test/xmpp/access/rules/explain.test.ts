/** What an owner is told: why somebody may or may not, and what another mode would change. */
import { beforeEach, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../../xmpp/access/acts.ts';
import { setApproval } from '../../../../xmpp/access/approvals.ts';
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

const DECIDED = { allow: 'Allowed', deny: 'Denied', quarantine: 'Held' };

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

test('it is answered as it would be decided, however who is asked about is typed', async () => {
  await host.configure({ mode: 'community', fallbacks: ['old.example'] });
  const kid = await host.member('kid', 'limited');
  await host.member('root', 'administrator');
  const circle = await host.circles.create('Café  Club', COMMAND_LINE);
  await host.circles.add(circle, alice, 'member', COMMAND_LINE);
  await host.contact(alice, 'bob@far.example', 'both');
  const book = new RuleBook(host);
  const add = (subject: string, action: string, decision: 'allow' | 'deny' | 'quarantine', why = '') =>
    book.add({ subject, action, decision, why }, COMMAND_LINE);
  await add('domain:bücher.example', '*', 'deny', 'one');
  await add('account:ALICE@old.example', 'upload', 'deny', 'two');
  await add('circle:CAFÉ CLUB', 'create-room', 'deny', 'three');
  await add('address:192.0.2.0/24', 'login', 'deny', 'four');
  await add('account:boss@casp3r.local', 'register', 'deny', 'five');
  await add('domain:shop.example', 'message-in', 'quarantine', 'six');
  await add('domain:mute.example', 'federate-out', 'deny', 'seven');
  const cases: [subject: string, action: string, answer: RegExp, to?: string | undefined, from?: string][] = [
    ['eve@bücher.example/phone', 'message-in', /^Denied by rule 1: .*\(one\)/, 'alice@casp3r.local'],
    ['eve@BÜCHER.example', 'presence', /^Denied by rule 1/],
    ['domain:rooms.bücher.example', 'federate-in', /^Denied by rule 1/],
    ['alice@casp3r.local/home', 'upload', /^Denied by rule 2/],
    ['alice@old.example', 'upload', /^Denied by rule 2: alice@casp3r.local/],
    ['Alice@Casp3r.Local', 'create-room', /^Denied by rule 3: the circle café club/],
    ['circle:café club', 'create-room', /^Denied by rule 3/],
    ['alice@casp3r.local', 'login', /^Allowed by the mode community/],
    ['alice@casp3r.local', 'login', /^Denied by rule 4/, undefined, '192.0.2.9'],
    ['alice@casp3r.local', 'login', /^Denied by rule 4/, undefined, '::ffff:192.0.2.9'],
    ['address:192.0.2.77', 'login', /^Denied by rule 4/],
    ['member', 'login', /^Denied by rule 4/, undefined, '192.0.2.9'],
    ['boss@casp3r.local', 'register', /^Denied by rule 5/],
    ['newcomer@casp3r.local', 'register', /^Allowed by the mode community/],
    ['bob@far.example', 'message-in', /^Allowed/, 'alice@casp3r.local'],
    ['bob@far.example', 'message-in', /^Held by the mode community/, 'root@casp3r.local'],
    ['bob@far.example', 'message-in', /^Denied: a limited member/, 'kid@casp3r.local'],
    ['stranger', 'message-in', /^Held by the mode community/],
    ['sales@shop.example', 'message-in', /^Held by rule 6/, 'alice@old.example/home'],
    ['kid@casp3r.local', 'message-out', /^Denied: a limited member/, 'alice@casp3r.local'],
    ['kid@casp3r.local', 'message-out', /^Allowed/, 'root@casp3r.local'],
    [
      'kid@casp3r.local',
      'message-out',
      /^Allowed by the mode community: members .* A limited member does so only with/,
    ],
    ['limited', 'presence', /^Allowed .* A limited member does so only with/],
    ['alice@casp3r.local', 'message-in', /^Denied: a limited member/, 'kid@old.example'],
    [
      'alice@casp3r.local',
      'message-out',
      /^Allowed.* But nothing goes to mute.example: Denied by rule 7/,
      'bo@mute.example',
    ],
    ['kid@casp3r.local', 'invite', /^Denied by the mode community: limited members/],
    ['root@casp3r.local', 'administer', /^Allowed by the mode community: administrators/],
    ['alice@casp3r.local', 'administer', /^Denied by the mode community: nobody may administer/],
    ['everyone', 'join-room', /^Allowed by the mode community/],
  ];
  for (const [subject, action, answer, to, from] of cases) {
    const told = explain(host, { subject, action, to, from });
    expect(told.words, `${subject} ${action} ${to ?? ''} ${from ?? ''}`).toMatch(answer);
    if (!answer.source.includes('But')) expect(told.words.startsWith(DECIDED[told.decision])).toBe(true);
  }
  // Let in, the sender waits no longer; approved, the child is spoken to.
  await host.contact(alice, 'sales@shop.example', 'none');
  expect(words('sales@shop.example', 'message-in', 'alice@casp3r.local')).toMatch(/^Allowed by rule 6/);
  await setApproval(host, kid, 'alice@old.example/home', true, COMMAND_LINE);
  expect(words('alice@casp3r.local', 'message-in', 'kid@casp3r.local')).toMatch(/^Allowed/);
});

test('a message that no link would carry is not said to go', async () => {
  await host.configure({ mode: 'private' });
  expect(explain(host, { subject: 'alice@casp3r.local', action: 'message-out', to: 'bob@far.example' })).toEqual({
    decision: 'deny',
    words:
      'Allowed by the mode private: members may write to others. But nothing goes to far.example: ' +
      'Denied by the mode private: nobody may be reached at their server.',
  });
});

test.each([
  ['circle:nobody', 'upload', undefined],
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
