/** The owner's rules by ad-hoc commands: for administrators, and for members whom strangers want to reach. */
import { beforeEach, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { accessGate } from '../../../xmpp/access/gate.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { formElement } from '../../../xmpp/data-form.ts';
import { accessCommands } from '../../../xmpp/extensions/access-commands/access-commands.ts';
import { blocking } from '../../../xmpp/extensions/blocking.ts';
import { commands } from '../../../xmpp/extensions/commands.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { change } from '../../../xmpp/store/changes.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, payloadOf, type TestHost, testHost } from './harness.ts';

const NS = 'http://jabber.org/protocol/commands';
const DAY_MS = 86_400_000;

let host: TestHost;
let admin: Client;
let member: Client;

beforeEach(async () => {
  host = await testHost(blocking, accessGate, commands, accessCommands);
  await host.configure({ mode: 'community' });
  admin = host.client(await host.member('root', 'administrator'), 'desk');
  member = host.client(await host.member('alice'), 'phone');
});

/** What a command says after these forms were filled in, one after the other. */
async function run(client: Client, name: string, ...forms: Record<string, string | string[]>[]): Promise<Element> {
  const node = `urn:casp3r:access#${name}`;
  const ask = (attrs: Record<string, string>, ...children: Element[]) =>
    host.ask(client, 'set', xml('command', { xmlns: NS, node, ...attrs }, ...children), 'casp3r.local');
  let reply = await ask({});
  for (const form of forms) {
    const { sessionid = '' } = payloadOf(reply).attrs;
    const values = Object.entries(form).map(([field, value]) => ({ var: field, values: [value].flat() }));
    reply = await ask({ sessionid }, formElement('submit', undefined, values));
  }
  return reply;
}

const note = (reply: Element) => payloadOf(reply).getChildText('note');
const table = (reply: Element) =>
  (payloadOf(reply).getChild('x')?.getChildren('item') ?? []).map((item) =>
    item.getChildren('field').map((field) => field.getChildText('value')),
  );

async function knock(from: string): Promise<void> {
  const stanza = xml('message', { type: 'chat', from, to: 'alice@casp3r.local' }, xml('body', {}, 'buy!'));
  const [sender, to] = [Jid.parse(from), Jid.parse('alice@casp3r.local')];
  host.hooks.run('stanza to account', { account: member.session.account, stanza, from: sender, to, drop: false });
  await host.store.journal.commit();
}

test('the mode is set once what it changes was read', async () => {
  const shown = await run(admin, 'mode', { mode: 'private' });
  expect(payloadOf(shown).getChild('x')?.getChildText('instructions')).toContain(
    'Members may no longer let others make an account.',
  );
  expect(note(await run(admin, 'mode', { mode: 'private' }, { sure: '0' }))).toBe('Nothing was changed.');
  expect(host.server.mode).toBe('community');
  expect(note(await run(admin, 'mode', { mode: 'private' }, { sure: '1' }))).toBe('The mode is private.');
  expect(host.server.mode).toBe('private');
});

test('mode open lets everyone make an account, and any other takes that back; who had closed it finds it closed', async () => {
  const shown = await run(admin, 'mode', { mode: 'open' });
  expect(payloadOf(shown).getChild('x')?.getChildText('instructions')).toContain(
    'Who makes an account: who was invited, then everyone',
  );
  await run(admin, 'mode', { mode: 'open' }, { sure: '1' });
  expect(host.server.registration).toBe('open');
  await run(admin, 'mode', { mode: 'family' }, { sure: '1' });
  expect(host.server.registration).toBe('invite');
  expect(note(await run(admin, 'registration', { registration: 'closed' }))).toContain('nobody');
  await run(admin, 'mode', { mode: 'community' }, { sure: '1' });
  expect(host.server.registration).toBe('closed');
  expect(table(await run(admin, 'log', {}))[1]?.slice(3)).toEqual(['access registration', 'invite to closed']);
});

test('what limited members asked for is shown to who looks after the server from where the rules let them', async () => {
  const kid = await host.member('kid', 'limited');
  const asked = { account: kid.id, contact: 'bob@far.example', direction: 'out', atMs: 0, stanza: '' } as const;
  await host.store.journal.commit(change('approval asked', asked));
  const book = new RuleBook(host);
  await book.add({ subject: 'address:127.0.0.0/8', action: 'administer', decision: 'allow' }, COMMAND_LINE);
  await book.add({ subject: 'everyone', action: 'administer', decision: 'deny' }, COMMAND_LINE);
  const requests = [`${kid.id} bob@far.example`];
  expect(note(await run(admin, 'requests', { requests, verdict: 'refuse' }))).toBe(
    'They may not talk with each other.',
  );
  expect(host.store.access.refused(kid.id, 'bob@far.example')).toBe(true);
});

test('rules are added, asked, seen and removed, and each act is on record with where it came from', async () => {
  const rule = { subject: 'domain:spam.example', action: 'message-in', decision: 'deny', why: 'ads' };
  expect(note(await run(admin, 'add-rule', rule))).toBe('everyone at spam.example may not write to members.');
  expect(table(await run(admin, 'rules'))).toEqual([
    ['1', 'everyone at spam.example may not write to members', 'root@casp3r.local', 'ads'],
  ]);
  const question = { subject: 'eve@spam.example', action: 'message-in', to: 'alice@casp3r.local' };
  expect(note(await run(admin, 'explain', question))).toBe(
    'Denied by rule 1: everyone at spam.example may not write to members (ads).',
  );
  expect(conditionOf(await run(admin, 'add-rule', { ...rule, subject: 'nobody' }))).toBe('bad-request');
  await run(admin, 'remove-rule', { rules: host.access.rules.map(({ id }) => id) });
  expect(host.access.rules).toEqual([]);
  expect(table(await run(admin, 'log', {})).map((row) => row.slice(1))).toEqual([
    ['root@casp3r.local', '127.0.0.1', 'access remove', 'deny domain:spam.example message-in'],
    ['root@casp3r.local', '127.0.0.1', 'access deny', 'domain:spam.example message-in'],
  ]);
});

test('limited members talk with whom an administrator approved', async () => {
  expect(note(await run(admin, 'approvals'))).toBe('There are no limited members.');
  const kid = await host.member('kid', 'limited');
  const choose = { member: 'kid@casp3r.local' };
  await run(admin, 'approvals', choose, { contacts: ['alice@casp3r.local', 'bob@far.example'] });
  expect(host.store.access.approved(kid.id)).toEqual(['alice@casp3r.local', 'bob@far.example']);
  await run(admin, 'approvals', choose, { contacts: ['alice@casp3r.local'] });
  expect(host.store.access.approved(kid.id)).toEqual(['alice@casp3r.local']);
});

test('members see who waits for them, and nothing of what only administrators see', async () => {
  expect(conditionOf(await run(member, 'rules'))).toBe('forbidden');
  expect(note(await run(member, 'strangers'))).toBe('Nobody waits.');
  for (const from of ['bob@far.example/x', 'eve@spam.example/x', 'mallory@spam.example/x']) await knock(from);
  const form = payloadOf(await run(member, 'strangers')).getChild('x');
  const people = form?.getChildren('field').find(({ attrs }) => attrs.var === 'people');
  expect(people?.getChildren('option').map((option) => option.getChildText('value'))).toEqual([
    'bob@far.example',
    'eve@spam.example',
    'mallory@spam.example',
  ]);
  expect(form?.toString()).not.toContain('buy!');

  host.sent.splice(0);
  await run(member, 'strangers', { people: 'bob@far.example', verdict: 'accept' });
  expect(host.sent.map((stanza) => stanza.getChildText('body'))).toEqual(['buy!']);
  await run(member, 'strangers', { people: 'mallory@spam.example', verdict: 'refuse' });
  await run(member, 'strangers', { people: 'eve@spam.example', verdict: 'block' });
  expect(host.store.extras.blocked(member.session.account.id)).toEqual(['eve@spam.example']);
  expect(note(await run(member, 'strangers'))).toBe('Nobody waits.');
});

test('that somebody waits is said once a day, and not who, nor what', async () => {
  const notices = () => host.sent.splice(0).map((stanza) => stanza.toString());
  await knock('eve@spam.example/x');
  const [first, ...more] = notices();
  expect(more).toEqual([]);
  expect(first).toContain('People who want to reach you');
  expect(first).not.toMatch(/eve|spam\.example|buy/);
  await knock('mallory@spam.example/x');
  expect(notices()).toEqual([]);
  host.clock.pass(DAY_MS);
  await knock('trudy@spam.example/x');
  expect(notices()).toHaveLength(1);
});

test('who is not let in for two months leaves room for others', async () => {
  await knock('eve@spam.example/x');
  host.clock.pass(61 * DAY_MS);
  const work: (() => Promise<void>)[] = [];
  host.hooks.run('night', { work });
  for (const each of work) await each();
  expect(host.quarantine.waiting(member.session.account)).toEqual([]);
});
