/** Administrators see to a member's role and devices, and to who waits for any member, from their apps. */
import { beforeEach, expect, test } from 'vitest';
import { formElement } from '../../../xmpp/data-form.ts';
import { accessCommands } from '../../../xmpp/extensions/access-commands/access-commands.ts';
import { commands } from '../../../xmpp/extensions/commands.ts';
import { memberCommands } from '../../../xmpp/extensions/member-commands.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, payloadOf, type TestHost, testHost } from './harness.ts';

const NS = 'http://jabber.org/protocol/commands';

let host: TestHost;
let admin: Client;
let alice: Account;

beforeEach(async () => {
  host = await testHost(commands, memberCommands, accessCommands);
  admin = host.client(await host.member('root', 'administrator'), 'desk');
  alice = await host.member('alice');
});

async function run(node: string, ...forms: Record<string, string | string[]>[]): Promise<Element> {
  const ask = (attrs: Record<string, string>, ...children: Element[]) =>
    host.ask(admin, 'set', xml('command', { xmlns: NS, node, ...attrs }, ...children), 'casp3r.local');
  let reply = await ask({});
  for (const form of forms) {
    const { sessionid = '' } = payloadOf(reply).attrs;
    const values = Object.entries(form).map(([field, value]) => ({ var: field, values: [value].flat() }));
    reply = await ask({ sessionid }, formElement('submit', undefined, values));
  }
  return reply;
}

const note = (reply: Element) => payloadOf(reply).getChildText('note');
const options = (reply: Element) =>
  (payloadOf(reply).getChild('x')?.getChild('field')?.getChildren('option') ?? []).map((option) => ({
    label: option.attrs.label,
    value: option.getChildText('value') ?? '',
  }));

test('a member gets another role, on record; somebody who administers stays', async () => {
  const role = (accountjid: string, wanted: string) => run('urn:casp3r:members#role', { accountjid, role: wanted });
  expect(note(await role('alice@casp3r.local', 'limited'))).toBe('alice@casp3r.local is limited.');
  expect(host.accounts.find('alice')?.role).toBe('limited');
  expect(host.acts.list(1)).toMatchObject([
    { who: 'root@casp3r.local', from: '127.0.0.1', what: 'user role', about: 'alice@casp3r.local is limited' },
  ]);
  expect(conditionOf(await role('root@casp3r.local', 'member'))).toBe('not-allowed');
  expect(conditionOf(await role('nobody@casp3r.local', 'member'))).toBe('bad-request');
  expect(conditionOf(await role('alice@elsewhere.example', 'member'))).toBe('bad-request');
});

test('devices are seen, and access is taken away, on record', async () => {
  const NODE = 'urn:casp3r:members#devices';
  const whose = { accountjid: 'alice@casp3r.local' };
  expect(note(await run(NODE, whose))).toBe('Nothing has access to this account.');
  const [phone, tablet] = [host.client(alice, 'phone'), host.client(alice, 'tablet')];
  const seen = options(await run(NODE, whose));
  expect(seen.map(({ label }) => label)).toEqual(['phone (online)', 'tablet (online)']);
  expect(note(await run(NODE, whose, {}))).toBe('Nothing was changed.');
  expect(note(await run(NODE, whose, { devices: [seen[0]?.value ?? ''] }))).toContain('It knows the password');
  expect(phone.closedWith).toBe('not-authorized');
  expect(tablet.closedWith).toBeUndefined();
  await host.store.journal.commit();
  expect(host.acts.list(1)).toMatchObject([{ what: 'user devices revoke', who: 'root@casp3r.local' }]);
});

test('strangers who wait for any member are let in or refused, on record', async () => {
  const NODE = 'urn:casp3r:access#held';
  expect(note(await run(NODE))).toBe('Nobody waits.');
  for (const from of ['bob@far.example', 'eve@far.example']) {
    const stanza = `<message xmlns="jabber:client" from="${from}" to="alice@casp3r.local"><body>psst</body></message>`;
    const held = { account: alice.id, id: host.store.newId(), from, atMs: 0, stanza };
    await host.store.journal.commit(change('stanza held', held));
  }
  const seen = await run(NODE);
  expect(options(seen).map(({ label }) => label)).toEqual([
    'bob@far.example for alice@casp3r.local',
    'eve@far.example for alice@casp3r.local',
  ]);
  expect(seen.toString()).not.toContain('psst');
  const [bob, eve] = options(seen).map(({ value }) => value);
  expect(note(await run(NODE, { people: [bob ?? ''], verdict: 'accept' }))).toBe('They can reach the member now.');
  expect(host.sent.map((stanza) => stanza.getChildText('body'))).toEqual(['psst']);
  expect(note(await run(NODE, { people: [eve ?? ''], verdict: 'refuse' }))).toBe('Thrown away.');
  expect(host.sent).toHaveLength(1);
  await host.store.journal.commit();
  expect(host.acts.list(2).map(({ what, about }) => [what, about])).toEqual([
    ['access refuse', 'eve@far.example for alice@casp3r.local'],
    ['access accept', 'bob@far.example for alice@casp3r.local'],
  ]);
});
