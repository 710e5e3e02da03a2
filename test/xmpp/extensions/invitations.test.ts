import { beforeEach, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { mayInvite } from '../../../xmpp/access/invite-policy.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { formElement, readForm } from '../../../xmpp/data-form.ts';
import { commands } from '../../../xmpp/extensions/commands.ts';
import { invitations } from '../../../xmpp/extensions/invitations.ts';
import type { Mode, Role } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, payloadOf, type TestHost, testHost } from './harness.ts';

const NS = 'http://jabber.org/protocol/commands';
const INVITE = 'urn:xmpp:invite#invite';
const CREATE = 'urn:xmpp:invite#create-account';

let host: TestHost;
let admin: Client;
let member: Client;

beforeEach(async () => {
  host = await testHost(commands, invitations);
  admin = host.client(await host.member('alice', 'administrator'), 'phone');
  member = host.client(await host.member('bob'), 'phone');
});

async function run(client: Client, node: string, fields?: Record<string, string>): Promise<Element> {
  const ask = (attrs: Record<string, string>, ...children: Element[]) =>
    host.ask(client, 'set', xml('command', { xmlns: NS, node, ...attrs }, ...children), 'casp3r.local');
  const first = await ask({});
  if (!fields) return first;
  const { sessionid = '' } = payloadOf(first).attrs;
  const values = Object.entries(fields).map(([name, value]) => ({ var: name, values: [value] }));
  return ask({ sessionid }, formElement('submit', undefined, values));
}
function toldBy(reply: Element): { uri: string; code: string; page: string | undefined; expire: string } {
  const form = payloadOf(reply).getChild('x', 'jabber:x:data');
  if (!form) throw new Error(`no form: ${reply}`);
  const { formType, fields } = readForm(form);
  expect(formType).toBe('urn:xmpp:invite#invitation');
  const uri = fields.get('uri')?.[0] ?? '';
  const code = /preauth=([^;]+)/.exec(uri)?.[1] ?? '';
  return { uri, code, page: fields.get('landing-url')?.[0], expire: fields.get('expire')?.[0] ?? '' };
}
const register = (local: string, inviteCode: string) =>
  host.accounts.create({ local, password: 'correct horse', role: 'member', inviteCode });

test('a member invites a friend at once, by an address that makes an account and a contact', async () => {
  const { uri, code, page, expire } = toldBy(await run(member, INVITE));
  expect(uri).toBe(`xmpp:bob@casp3r.local?roster;preauth=${code};ibr=y`);
  expect(page).toBe(`https://casp3r.local:5281/j/${code}`);
  expect(expire).toBe(new Date(host.clock.nowMs() + 7 * 86_400_000).toISOString());
});

test('who registers by it is a contact of who invited, both ways, and the roster push says so', async () => {
  const { code } = toldBy(await run(member, INVITE));
  member.session.interested = true;
  const carol = await register('carol', code);
  expect(host.roster.items(member.session.account)).toMatchObject([
    { contact: 'carol@casp3r.local', subscription: 'both', ask: false },
  ]);
  expect(host.roster.items(carol)).toMatchObject([{ contact: 'bob@casp3r.local', subscription: 'both' }]);
  const item = member.received[0]?.getChild('query', 'jabber:iq:roster')?.getChild('item');
  expect(item?.attrs).toMatchObject({ jid: 'carol@casp3r.local', subscription: 'both' });
  await expect(register('dan', code)).rejects.toMatchObject({ condition: 'item-not-found' });
});

test('a name that the inviter had given to the contact beforehand stays', async () => {
  const { code } = toldBy(await run(member, INVITE));
  await host.contact(member.session.account, 'carol@casp3r.local', 'none');
  await register('carol', code);
  expect(host.roster.items(member.session.account)).toHaveLength(1);
});

test('an administrator keeps a name for somebody: nobody else gets it, and who was invited gets no other', async () => {
  const fields = { username: 'Carol', 'roster-subscription': '0', role: 'limited', hours: '2', note: 'the neighbour' };
  const { uri, code, expire } = toldBy(await run(admin, CREATE, fields));
  expect(uri).toBe(`xmpp:carol@casp3r.local?register;preauth=${code}`);
  expect(expire).toBe(new Date(host.clock.nowMs() + 7_200_000).toISOString());
  const other = toldBy(await run(member, INVITE)).code;
  await expect(register('carol', other)).rejects.toMatchObject({ condition: 'conflict' });
  await expect(register('dora', code)).rejects.toMatchObject({ condition: 'not-acceptable' });
  expect(conditionOf(await run(admin, CREATE, { username: 'carol' }))).toBe('bad-request');
  const carol = await register('carol', code);
  expect(carol.role).toBe('limited');
  expect(host.roster.items(carol)).toEqual([]);
});

test('a kept name is free again when the invitation is over', async () => {
  await run(admin, CREATE, { username: 'carol', hours: '1' });
  const { code } = toldBy(await run(member, INVITE));
  host.clock.pass(3_600_000);
  expect((await register('carol', code)).local).toBe('carol');
});

test.each([
  { username: 'admin' },
  { username: 'a b' },
  { username: 'bob' },
  { username: 'carol', uses: '2' },
  { uses: '0' },
  { hours: 'long' },
])('%j is refused', async (fields) => {
  expect(conditionOf(await run(admin, CREATE, fields))).toBe('bad-request');
  expect(host.invites.list()).toEqual([]);
});

test('accounts are made by administrators only; limited members and strangers invite nobody', async () => {
  expect(conditionOf(await run(member, CREATE))).toBe('forbidden');
  const child = host.client(await host.member('kid', 'limited'), 'phone');
  expect(conditionOf(await run(child, INVITE))).toBe('forbidden');
});

test.each([
  ['private', 'administrator', 'account'],
  ['private', 'member', 'contact'],
  ['family', 'member', 'account'],
  ['community', 'member', 'account'],
  ['open', 'member', 'account'],
  ['open', 'limited', 'nothing'],
] as const)('in mode %s a %s may give away: %s', async (mode: Mode, role: Role, may) => {
  await host.configure({ mode });
  const account = await host.member('somebody', role);
  expect(mayInvite(host, account)).toBe(may);
  expect(mayInvite(host, { ...account, status: 'disabled' })).toBe('nothing');
  await host.configure({ registration: 'closed' });
  expect(mayInvite(host, account)).toBe(may === 'nothing' ? may : 'contact');
});

test("the owner's rule comes before the mode's", async () => {
  const book = new RuleBook(host);
  await book.add({ subject: 'account:bob@casp3r.local', action: 'invite', decision: 'deny' }, COMMAND_LINE);
  expect(mayInvite(host, member.session.account)).toBe('contact');
});

test('where members may make no accounts their invitation is for a contact alone', async () => {
  await host.configure({ mode: 'private' });
  const { uri, code } = toldBy(await run(member, INVITE));
  expect(uri).toBe(`xmpp:bob@casp3r.local?roster;preauth=${code}`);
  await expect(register('carol', code)).rejects.toMatchObject({ condition: 'item-not-found' });
});

test('members see and take back their own invitations, administrators all', async () => {
  const mine = toldBy(await run(member, INVITE)).code;
  const hers = toldBy(await run(admin, INVITE)).code;
  const rows = async (client: Client) =>
    payloadOf(await run(client, 'urn:casp3r:invite#list'))
      .getChild('x')
      ?.getChildren('item').length;
  expect([await rows(member), await rows(admin)]).toEqual([1, 2]);
  expect(conditionOf(await run(member, 'urn:casp3r:invite#revoke', { codes: hers }))).toBe('bad-request');
  expect(payloadOf(await run(admin, 'urn:casp3r:invite#revoke', { codes: mine })).attrs.status).toBe('completed');
  expect([host.invites.find(mine), host.invites.find(hers)?.code]).toEqual([undefined, hers]);
});

test('the invitations of a member who was shut out are no good', async () => {
  const { code } = toldBy(await run(member, INVITE));
  await host.accounts.setStatus(member.session.account, 'disabled');
  expect(host.invites.find(code)).toBeUndefined();
});

test('a member has at most 25 open invitations', async () => {
  for (let i = 0; i < 25; i += 1) await run(member, INVITE);
  expect(conditionOf(await run(member, INVITE))).toBe('resource-constraint');
});
