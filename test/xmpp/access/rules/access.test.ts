/** Rules, circles and approvals in force: what is asked, what decides, and that a change is felt at once. */
import { expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../../xmpp/access/acts.ts';
import { decide } from '../../../../xmpp/access/rules/decide.ts';
import { RuleBook } from '../../../../xmpp/access/rules/rule-book.ts';
import { settingsOf } from '../../../../xmpp/access/rules/settings.ts';
import type { FederationConfig } from '../../../../xmpp/config.ts';
import { Jid } from '../../../../xmpp/routing/jid.ts';
import { change } from '../../../../xmpp/store/changes.ts';
import { type TestHost, testConfig, testHost } from '../../extensions/harness.ts';

const far = Jid.parse('bob@far.example/phone');

async function circle(host: TestHost, name: string, ...accounts: { id: string }[]): Promise<void> {
  const id = host.store.newId();
  await host.store.journal.commit(
    change('circle set', { id, server: host.server.id, name }),
    ...accounts.map((account) => change('circle member set', { circle: id, account: account.id, standing: 'member' })),
  );
}

test('the first rule that matches decides, and says so', async () => {
  const host = await testHost();
  const book = new RuleBook(host);
  const alice = await host.member('alice');
  const question = { action: 'message-in', who: { jid: far }, member: alice } as const;
  expect(host.access.explain(question)).toEqual({ decision: 'deny', by: { mode: 'family', subject: 'stranger' } });

  const allowed = await book.add({ subject: 'domain:far.example', action: '*', decision: 'allow' }, COMMAND_LINE);
  expect(host.access.explain(question)).toEqual({ decision: 'allow', by: { rule: allowed } });

  const denied = await book.add(
    { subject: 'account:bob@far.example', action: 'message-in', decision: 'deny', before: allowed.id, why: 'rude' },
    COMMAND_LINE,
  );
  expect(host.access.explain(question)).toEqual({ decision: 'deny', by: { rule: denied } });
  expect(host.access.rules.map(({ id }) => id)).toEqual([denied.id, allowed.id]);

  expect(await book.remove(denied.id, COMMAND_LINE)).toBe(true);
  expect(await book.remove(denied.id, COMMAND_LINE)).toBe(false);
  expect(host.access.decide(question)).toBe('allow');
  expect(host.acts.list(10).map(({ what, about }) => `${what}: ${about}`)).toEqual([
    'access remove: deny account:bob@far.example message-in',
    'access deny: account:bob@far.example message-in',
    'access allow: domain:far.example *',
  ]);
});

test('a rule goes before another however often one went there', async () => {
  const host = await testHost();
  const book = new RuleBook(host);
  const add = (subject: string, before?: string) =>
    book.add({ subject, action: 'upload', decision: 'deny', ...(before && { before }) }, COMMAND_LINE);
  await add('member');
  const last = await add('everyone');
  for (let number = 0; number < 80; number += 1) await add(`domain:d${number}.example`, last.id);
  const subjects = ['member', ...Array.from({ length: 80 }, (_, number) => `domain:d${number}.example`), 'everyone'];
  expect(host.access.rules.map(({ subject }) => subject)).toEqual(subjects);
});

test('somebody in the roster is no stranger, and a stranger again when taken out', async () => {
  const host = await testHost();
  const alice = await host.member('alice');
  const carol = await host.member('carol');
  const asked = (member = alice) => host.access.decide({ action: 'presence', who: { jid: far }, member });
  expect(asked()).toBe('deny');
  await host.contact(alice, 'bob@far.example', 'none');
  expect([asked(), asked(carol)]).toEqual(['allow', 'deny']);
  expect(host.access.decide({ action: 'federate-in', who: { domain: 'far.example' } })).toBe('allow');
  expect(host.access.decide({ action: 'federate-in', who: { domain: 'example' } })).toBe('deny');
  expect(host.access.decide({ action: 'join-room', who: { jid: far } })).toBe('allow');
  await host.store.journal.commit(change('roster item removed', { account: alice.id, contact: 'bob@far.example' }));
  expect(asked()).toBe('deny');
  expect(host.access.decide({ action: 'federate-in', who: { domain: 'far.example' } })).toBe('deny');
});

test('a mode can be looked at before it is set', async () => {
  const host = await testHost();
  const alice = await host.member('alice');
  const question = { action: 'message-in', who: { jid: far }, member: alice } as const;
  expect(host.access.explainIn('community', question).decision).toBe('quarantine');
  expect(host.access.decide(question)).toBe('deny');
  await new RuleBook(host).setMode('community', COMMAND_LINE);
  expect(host.access.decide(question)).toBe('quarantine');
});

test('a limited member talks to administrators, to its circles, and to who was approved', async () => {
  const host = await testHost();
  await host.configure({ mode: 'open' });
  const kid = await host.member('kid', 'limited');
  const mother = await host.member('mother', 'administrator');
  const friend = await host.member('friend');
  const out = (to: string) => host.access.decide({ action: 'message-out', who: { account: kid }, to: Jid.parse(to) });
  const answered = (account: typeof friend) =>
    host.access.decide({ action: 'message-in', who: { account }, member: kid });
  expect([out('mother@casp3r.local'), answered(mother)]).toEqual(['allow', 'allow']);
  expect([out('friend@casp3r.local'), answered(friend)]).toEqual(['deny', 'deny']);
  expect(out('kid@casp3r.local')).toBe('allow');
  await circle(host, 'School', kid, friend);
  expect([out('friend@casp3r.local'), answered(friend)]).toEqual(['allow', 'allow']);

  const inward = () => host.access.decide({ action: 'message-in', who: { jid: far }, member: kid });
  await host.contact(kid, 'bob@far.example', 'both');
  expect([out('bob@far.example'), inward()]).toEqual(['deny', 'deny']);
  const approval = { account: kid.id, contact: 'bob@far.example' };
  await host.store.journal.commit(change('approval set', { ...approval, approved: true }));
  expect([out('bob@far.example'), inward()]).toEqual(['allow', 'allow']);
  await host.store.journal.commit(change('approval set', { ...approval, approved: false }));
  expect([out('bob@far.example'), inward()]).toEqual(['deny', 'deny']);
});

test('rules name circles by what they are called, and addresses by range', async () => {
  const host = await testHost();
  const book = new RuleBook(host);
  const alice = await host.member('alice');
  await circle(host, 'School', alice);
  await book.add({ subject: 'circle:school', action: 'upload', decision: 'allow', bytes: 5_000 }, COMMAND_LINE);
  await book.add({ subject: 'address:192.0.2.0/24', action: 'login', decision: 'deny' }, COMMAND_LINE);
  expect(host.access.uploadBytes(alice)).toBe(5_000);
  expect(host.access.uploadBytes(await host.member('carol'))).toBeUndefined();
  const login = (address: string) => host.access.decide({ action: 'login', who: { account: alice, address } });
  expect([login('192.0.2.9'), login('198.51.100.9')]).toEqual(['deny', 'allow']);
});

test.each([
  { subject: 'somebody', action: 'upload', decision: 'allow' as const },
  { subject: 'member', action: 'fly', decision: 'allow' as const },
  { subject: 'member', action: 'upload', decision: 'quarantine' as const },
  { subject: 'member', action: 'invite', decision: 'allow' as const, bytes: 5 },
  { subject: 'member', action: 'invite', decision: 'allow' as const, before: 'nothing' },
])('a rule that makes no sense is refused in words: $subject $action $decision', async (wanted) => {
  const host = await testHost();
  await expect(new RuleBook(host).add(wanted, COMMAND_LINE)).rejects.toThrow(RangeError);
  expect(host.access.rules).toEqual([]);
});

test('what casp3r.toml says of other servers: none but those allowed, and never those denied', () => {
  const crosses = (rules: Partial<FederationConfig>) => (domain: string) =>
    decide('open', [], { action: 'federate-in', who: { domain } }, settingsOf({ ...testConfig.federation, ...rules }))
      .decision === 'allow';
  const denied = ['a.test', 'evil.test', 'x.evil.test', 'notevil.test'].map(crosses({ deny: ['evil.test'] }));
  expect(denied).toEqual([true, false, false, true]);
  const listed = crosses({ mode: 'allow-list', allow: ['b.test'], deny: ['x.b.test'] });
  expect(['a.test', 'b.test', 'rooms.b.test', 'x.b.test'].map(listed)).toEqual([false, true, true, false]);
});
