import { beforeEach, expect, test } from 'vitest';
import { formElement, readForm } from '../../../xmpp/data-form.ts';
import { administration } from '../../../xmpp/extensions/administration/administration.ts';
import { commands } from '../../../xmpp/extensions/commands.ts';
import { disco } from '../../../xmpp/extensions/disco.ts';
import { lastActivity } from '../../../xmpp/extensions/last-activity.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, payloadOf, type TestHost, testConfig, testHost } from './harness.ts';

const NS = 'http://jabber.org/protocol/commands';
const ADMIN = 'http://jabber.org/protocol/admin';

let host: TestHost;
let alice: Client;
let bob: Client;

beforeEach(async () => {
  host = await testHost(disco, commands, lastActivity, administration);
  alice = host.client(await host.member('alice', 'administrator'), 'phone').available();
  bob = host.client(await host.member('bob'), 'phone').available();
});

type Fields = Record<string, string | string[]>;

async function run(node: string, fields?: Fields, client = alice): Promise<Element> {
  const ask = (attrs: Record<string, string>, ...children: Element[]) =>
    host.ask(
      client,
      'set',
      xml('command', { xmlns: NS, node: `${ADMIN}#${node}`, ...attrs }, ...children),
      'casp3r.local',
    );
  const first = await ask({});
  if (!fields || first.attrs.type === 'error') return first;
  const { sessionid = '', status } = payloadOf(first).attrs;
  expect(status).toBe('executing');
  const values = Object.entries(fields).map(([name, value]) => ({ var: name, values: [value].flat() }));
  return ask({ sessionid }, formElement('submit', ADMIN, values));
}
const formOf = (reply: Element) => {
  const form = payloadOf(reply).getChild('x', 'jabber:x:data');
  if (!form) throw new Error(`no form: ${reply}`);
  return readForm(form);
};
const noteOf = (reply: Element) => payloadOf(reply).getChildText('note');
const said = () => host.sent.map((stanza) => `${stanza.attrs.to}: ${stanza.getChildText('body')}`);

test('none of it is for members, or shown to them', async () => {
  const list = async (client: Client) =>
    payloadOf(
      await host.ask(
        client,
        'get',
        xml('query', { xmlns: 'http://jabber.org/protocol/disco#items', node: NS }),
        'casp3r.local',
      ),
    ).getChildren('item');
  const items = await list(alice);
  expect(items).toHaveLength(30);
  expect(await list(bob)).toEqual([]);
  for (const { attrs } of items) {
    const payload = xml('command', { xmlns: NS, node: attrs.node ?? '' });
    expect(conditionOf(await host.ask(bob, 'set', payload, 'casp3r.local'))).toBe('forbidden');
  }
});

test('nobody gets a password', async () => {
  expect(conditionOf(await run('get-user-password'))).toBe('item-not-found');
});

test('a member is added, and gets another password', async () => {
  const fields = { accountjid: 'Carol@casp3r.local', password: 'correct horse', 'password-verify': 'correct horse' };
  expect(noteOf(await run('add-user', fields))).toBe('carol@casp3r.local is here.');
  expect(await host.accounts.checkPassword('carol', 'correct horse')).toMatchObject({ role: 'member' });
  await run('change-user-password', { accountjid: 'carol@casp3r.local', password: 'battery staple' });
  expect(await host.accounts.checkPassword('carol', 'correct horse')).toBeUndefined();
  expect(await host.accounts.checkPassword('carol', 'battery staple')).toBeDefined();
});

test.each([
  [{ accountjid: 'carol@b.test', password: 'correct horse', 'password-verify': 'correct horse' }, 'bad-request'],
  [{ accountjid: 'carol@casp3r.local', password: 'correct horse', 'password-verify': 'other' }, 'bad-request'],
  [{ accountjid: 'carol@casp3r.local', password: 'x', 'password-verify': 'x' }, 'bad-request'],
  [{ accountjid: 'bob@casp3r.local', password: 'correct horse', 'password-verify': 'correct horse' }, 'conflict'],
])('%j is refused as %s', async (fields, condition) => {
  expect(conditionOf(await run('add-user', fields))).toBe(condition);
  expect(host.accounts.list()).toHaveLength(2);
});

test('members are shut out, let in again, and removed, several at once', async () => {
  await host.member('carol');
  const accountjids = ['bob@casp3r.local', 'carol@casp3r.local'];
  await run('disable-user', { accountjids });
  expect(formOf(await run('get-disabled-users-list', { max_items: '25' })).fields.get('disableduserjids')).toEqual(
    accountjids,
  );
  expect(bob.closedWith).toBe('not-authorized');
  await run('reenable-user', { accountjids: 'bob@casp3r.local' });
  expect(host.accounts.find('bob')?.status).toBe('active');
  await run('delete-user', { accountjids });
  expect(host.accounts.list().map(({ local }) => local)).toEqual(['alice']);
});

test('where one of several is not there nothing is done', async () => {
  const reply = await run('delete-user', { accountjids: ['bob@casp3r.local', 'nobody@casp3r.local'] });
  expect(conditionOf(reply)).toBe('item-not-found');
  expect(host.accounts.find('bob')).toBeDefined();
});

test('the last administrator is neither removed nor shut out nor struck off the list', async () => {
  for (const node of ['delete-user', 'disable-user'])
    expect(conditionOf(await run(node, { accountjids: ['alice@casp3r.local', 'bob@casp3r.local'] }))).toBe(
      'not-allowed',
    );
  await host.accounts.setStatus(bob.session.account, 'disabled');
  expect(conditionOf(await run('edit-admin', { adminjids: 'bob@casp3r.local' }))).toBe('bad-request');
});

test('administrators are edited as a list', async () => {
  const first = payloadOf(await run('edit-admin')).getChild('x', 'jabber:x:data');
  expect(first && readForm(first).fields.get('adminjids')).toEqual(['alice@casp3r.local']);
  await run('edit-admin', { adminjids: 'bob@casp3r.local' });
  expect(host.accounts.list().map(({ local, role }) => `${local} ${role}`)).toEqual([
    'alice member',
    'bob administrator',
  ]);
  expect(conditionOf(await run('edit-admin'))).toBe('forbidden');
});

test('black and white lists are rules on everything', async () => {
  const question = (domain: string) => host.access.decide({ action: 'federate-in', who: { domain } });
  await run('edit-blacklist', { blacklistjids: ['spam.example', 'eve@far.example'] });
  await run('edit-whitelist', { whitelistjids: 'school.example' });
  expect(host.access.rules.map(({ subject, action, decision }) => `${decision} ${subject} ${action}`)).toEqual([
    'deny domain:spam.example *',
    'deny account:eve@far.example *',
    'allow domain:school.example *',
  ]);
  expect([question('spam.example'), question('school.example')]).toEqual(['deny', 'allow']);
  const form = payloadOf(await run('edit-blacklist')).getChild('x', 'jabber:x:data');
  expect(form && readForm(form).fields.get('blacklistjids')).toEqual(['spam.example', 'eve@far.example']);
  await run('edit-blacklist', { blacklistjids: 'spam.example' });
  expect(host.access.rules).toHaveLength(2);
  expect(conditionOf(await run('edit-blacklist', { blacklistjids: 'casp3r.local' }))).toBe('bad-request');
});

test('nobody is on both lists: the last word counts', async () => {
  const question = () => host.access.decide({ action: 'federate-in', who: { domain: 'school.example' } });
  await run('edit-whitelist', { whitelistjids: 'school.example' });
  await run('edit-blacklist', { blacklistjids: 'school.example' });
  expect(question()).toBe('deny');
  await run('edit-whitelist', { whitelistjids: 'school.example' });
  expect(question()).toBe('allow');
  expect(host.access.rules).toHaveLength(1);
});

test('sessions end, all of a member or one, after the answer', async () => {
  const tablet = host.client(bob.session.account, 'tablet');
  expect(noteOf(await run('end-user-session', { accountjids: 'bob@casp3r.local/tablet' }))).toBe(
    'Sessions that end: 1.',
  );
  expect(tablet.closedWith).toBeUndefined();
  host.clock.pass(0);
  expect([tablet.closedWith, bob.closedWith]).toEqual(['not-authorized', undefined]);
});

test('contacts, figures and the last login of a member', async () => {
  await host.contact(bob.session.account, 'romeo@b.test', 'both');
  const roster = payloadOf(await run('get-user-roster', { accountjids: 'bob@casp3r.local' })).getChild('x');
  expect(roster?.getChild('query', 'jabber:iq:roster')?.getChild('item')?.attrs.jid).toBe('romeo@b.test');
  const { fields } = formOf(await run('user-stats', { accountjid: 'bob@casp3r.local' }));
  expect(Object.fromEntries(fields)).toMatchObject({
    ipaddresses: ['127.0.0.1'],
    rostersize: ['1'],
    onlineresources: ['phone'],
  });
  const last = formOf(await run('get-user-lastlogin', { accountjids: 'bob@casp3r.local' }));
  expect(last.fields.get('lastlogin')).toEqual([new Date(host.clock.nowMs()).toISOString()]);
});

test('members are counted and listed: all, online, active, idle', async () => {
  await host.member('carol');
  bob.available(xml('show', {}, 'away'));
  const counts: Record<string, string | undefined> = {};
  for (const what of ['registered', 'disabled', 'online', 'active', 'idle'])
    counts[what] = formOf(await run(`get-${what}-users-num`)).fields.get(`${what}usersnum`)?.[0];
  expect(counts).toEqual({ registered: '3', disabled: '0', online: '2', active: '1', idle: '1' });
  const all = formOf(await run('get-registered-users-list', { max_items: 'none' }));
  expect(all.fields.get('registereduserjids')).toHaveLength(3);
  expect(formOf(await run('get-idle-users', { max_items: '25' })).fields.get('activeuserjids')).toEqual([
    'bob@casp3r.local',
  ]);
});

test('an announcement goes to those online', async () => {
  await host.member('carol');
  await run('announce', { announcement: ['Attention!', 'Back at eight.'] });
  expect(said()).toEqual([
    'alice@casp3r.local: Attention!\nBack at eight.',
    'bob@casp3r.local: Attention!\nBack at eight.',
  ]);
});

test('the message of the day reaches those online at once, each other once, and nobody once it is taken back', async () => {
  const carol = await host.member('carol');
  await run('set-motd', { motd: 'Tea at five' });
  expect(said()).toEqual(['alice@casp3r.local: Tea at five', 'bob@casp3r.local: Tea at five']);
  host.sent.splice(0);
  const comes = (resource: string) => {
    const client = host.client(carol, resource).available();
    host.hooks.run('session available', { session: client.session, presence: xml('presence'), initial: true });
    return client;
  };
  const phone = comes('phone');
  const tablet = comes('tablet');
  expect(said()).toEqual(['carol@casp3r.local: Tea at five']);
  host.clock.pass(1000);
  for (const { session } of [phone, tablet]) host.sessions.end(session);
  await host.accounts.setStatus(carol, 'active');
  comes('phone');
  expect(host.sent).toHaveLength(1);
  const form = payloadOf(await run('edit-motd')).getChild('x', 'jabber:x:data');
  expect(form && readForm(form).fields.get('motd')).toEqual(['Tea at five']);
  expect(noteOf(await run('delete-motd'))).toBe('Taken back.');
  const dan = host.client(await host.member('dan'), 'phone').available();
  host.hooks.run('session available', { session: dan.session, presence: xml('presence'), initial: true });
  expect(host.sent).toHaveLength(1);
});

test('a newcomer is welcomed at the first login only', async () => {
  await run('set-welcome', { welcome: 'Make yourself at home' });
  expect(host.sent).toEqual([]);
  const carol = await host.member('carol');
  for (let login = 0; login < 2; login += 1) {
    const client = host.client(carol, 'phone').available();
    host.hooks.run('session available', { session: client.session, presence: xml('presence'), initial: true });
    host.sessions.end(client.session);
    await host.accounts.setStatus(carol, 'active');
  }
  expect(said()).toEqual(['carol@casp3r.local: Make yourself at home']);
});

test('the box restarts and shuts down after the delay, and says so', async () => {
  const done: string[] = [];
  const before = testConfig.power;
  testConfig.power = { restart: () => done.push('restart'), shutDown: () => done.push('shutdown') };
  host = await testHost(commands, administration);
  if (before) testConfig.power = before;
  alice = host.client(await host.member('alice', 'administrator'), 'phone').available();
  await run('restart', { delay: '30', announcement: 'Back in a minute' });
  expect(said()).toEqual(['alice@casp3r.local: Back in a minute']);
  await run('shutdown', { delay: '60' });
  host.clock.pass(30_000);
  expect(done).toEqual(['restart']);
  host.clock.pass(30_000);
  expect(done).toEqual(['restart', 'shutdown']);
});
