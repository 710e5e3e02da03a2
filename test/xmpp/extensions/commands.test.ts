import { beforeEach, expect, test } from 'vitest';
import { BOX } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { formElement } from '../../../xmpp/data-form.ts';
import { commands } from '../../../xmpp/extensions/commands.ts';
import { disco } from '../../../xmpp/extensions/disco.ts';
import { administrates, done, isOwner } from '../../../xmpp/routing/command.ts';
import { badPayload } from '../../../xmpp/routing/command-answers.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import type { Element } from '../../../xmpp/xml.ts';
import { xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, payloadOf, type TestHost, testHost } from './harness.ts';

const NS = 'http://jabber.org/protocol/commands';
const ITEMS = 'http://jabber.org/protocol/disco#items';
const INFO = 'http://jabber.org/protocol/disco#info';

let host: TestHost;
let admin: Client;
let member: Client;
let booked: string[];

/** Two forms: a table for one to nine, then a name. */
function addBooking(): void {
  host.commands.add({
    node: 'book',
    name: 'Book a table',
    target: 'server',
    allowed: administrates(host),
    begin: () => ({
      title: 'How many?',
      more: true,
      fields: [
        { var: 'seats', type: 'list-single', label: 'Seats', options: ['1', '2', { value: '9', label: 'many' }] },
        { var: 'inside', type: 'boolean', label: 'Inside' },
      ],
      next: (seats) => ({
        title: 'For whom?',
        fields: [{ var: 'guest', type: 'jid-single', label: 'Guest', required: true }],
        next: (who, asker) => {
          if (who.text('guest') === 'nobody@b.test') throw badPayload('Nobody is no guest.');
          booked.push(`${seats.text('seats')} ${seats.flag('inside')} ${who.text('guest')} by ${asker.jid}`);
          return done('Booked.');
        },
      }),
    }),
  });
}

beforeEach(async () => {
  host = await testHost(disco, commands);
  admin = host.client(await host.member('alice', 'administrator'), 'phone');
  member = host.client(await host.member('bob'), 'phone');
  booked = [];
  addBooking();
});

const run = (client: Client, attrs: Record<string, string>, ...children: Element[]) =>
  host.ask(client, 'set', xml('command', { xmlns: NS, node: 'book', ...attrs }, ...children), 'casp3r.local');
const form = (fields: Record<string, string>) =>
  formElement(
    'submit',
    undefined,
    Object.entries(fields).map(([name, value]) => ({ var: name, values: [value] })),
  );
async function begun(client = admin): Promise<string> {
  return payloadOf(await run(client, {})).attrs.sessionid ?? '';
}
function errorOf(reply: Element): string {
  const [condition, application] = (reply.getChild('error')?.getChildElements() ?? []).filter(
    ({ name }) => name !== 'text',
  );
  return `${condition?.name}/${application?.name}`;
}

test('the list names what its asker may run, and nothing else', async () => {
  const list = async (client: Client) =>
    payloadOf(await host.ask(client, 'get', xml('query', { xmlns: ITEMS, node: NS }), 'casp3r.local')).getChildren(
      'item',
    );
  expect((await list(admin)).map(({ attrs }) => attrs)).toEqual([
    { jid: 'casp3r.local', node: 'book', name: 'Book a table' },
  ]);
  expect(await list(member)).toEqual([]);
});

test('a command says what it is to those who may run it; others are forbidden', async () => {
  const info = (client: Client, node: string) =>
    host.ask(client, 'get', xml('query', { xmlns: INFO, node }), 'casp3r.local');
  const told = payloadOf(await info(admin, 'book'));
  expect(told.getChild('identity')?.attrs).toMatchObject({ category: 'automation', type: 'command-node' });
  expect(told.getChildren('feature').map(({ attrs }) => attrs.var)).toEqual([NS, 'jabber:x:data']);
  expect(payloadOf(await info(admin, NS)).getChild('identity')?.attrs.type).toBe('command-list');
  expect(conditionOf(await info(member, 'book'))).toBe('forbidden');
  expect(conditionOf(await run(member, {}))).toBe('forbidden');
  expect(conditionOf(await run(admin, { node: 'none' }))).toBe('item-not-found');
});

test('two forms, each with its actions, then the outcome', async () => {
  const first = payloadOf(await run(admin, { action: 'execute' }));
  expect(first.attrs).toMatchObject({ status: 'executing', 'xml:lang': 'en' });
  expect(first.getChild('actions')?.toString()).toBe('<actions execute="next"><next/></actions>');
  expect(first.getChild('x', 'jabber:x:data')?.getChildText('title')).toBe('How many?');
  const sessionid = first.attrs.sessionid ?? '';
  const second = payloadOf(await run(admin, { sessionid, action: 'next' }, form({ seats: '9', inside: '1' })));
  expect(second.attrs).toMatchObject({ status: 'executing', sessionid });
  expect(second.getChild('actions')?.toString()).toBe('<actions execute="complete"><prev/><complete/></actions>');
  const third = payloadOf(await run(admin, { sessionid }, form({ guest: 'Carol@B.test' })));
  expect(third.attrs).toMatchObject({ status: 'completed', sessionid });
  expect(third.getChild('note')?.toString()).toBe('<note type="info">Booked.</note>');
  expect(booked).toEqual(['9 true carol@b.test by alice@casp3r.local/phone']);
  expect(errorOf(await run(admin, { sessionid }, form({ guest: 'carol@b.test' })))).toBe('not-allowed/session-expired');
});

test('back to the first form, and on with another answer', async () => {
  const sessionid = await begun();
  await run(admin, { sessionid }, form({ seats: '1' }));
  expect(payloadOf(await run(admin, { sessionid, action: 'prev' })).getChild('actions')?.attrs.execute).toBe('next');
  expect(errorOf(await run(admin, { sessionid, action: 'prev' }))).toBe('bad-request/bad-action');
  await run(admin, { sessionid }, form({ seats: '2' }));
  await run(admin, { sessionid, action: 'complete' }, form({ guest: 'c@b.test' }));
  expect(booked).toEqual(['2 false c@b.test by alice@casp3r.local/phone']);
});

test('a cancelled command is over', async () => {
  const sessionid = await begun();
  expect(payloadOf(await run(admin, { sessionid, action: 'cancel' })).attrs.status).toBe('canceled');
  expect(errorOf(await run(admin, { sessionid }, form({ seats: '1' })))).toBe('not-allowed/session-expired');
});

test.each([
  ['an action that nobody knows', { action: 'dance' }, {}, 'bad-request/malformed-action'],
  ['an action that the form does not take', { action: 'complete' }, { seats: '1' }, 'bad-request/bad-action'],
  ['no choice of the list', {}, { seats: '3' }, 'bad-request/bad-payload'],
  ['no boolean', {}, { inside: 'maybe' }, 'bad-request/bad-payload'],
  ['no form at all', {}, undefined, 'bad-request/bad-payload'],
  ['no language', { 'xml:lang': '?' }, { seats: '1' }, 'bad-request/bad-locale'],
])('%s is refused, and the form stays open', async (_what, attrs, fields, expected) => {
  const sessionid = await begun();
  expect(errorOf(await run(admin, { sessionid, ...attrs }, ...(fields ? [form(fields)] : [])))).toBe(expected);
  expect(payloadOf(await run(admin, { sessionid }, form({ seats: '1' }))).attrs.status).toBe('executing');
});

test('what is required, what is no address and what a command itself refuses are bad-payload', async () => {
  const sessionid = await begun();
  await run(admin, { sessionid }, form({ seats: '1' }));
  for (const fields of [{}, { guest: ' ' }, { guest: '@@' }, { guest: 'nobody@b.test' }])
    expect(errorOf(await run(admin, { sessionid }, form(fields)))).toBe('bad-request/bad-payload');
  expect(payloadOf(await run(admin, { sessionid }, form({ guest: 'c@b.test' }))).attrs.status).toBe('completed');
});

test('a session is of one asker, one command and this run of the box', async () => {
  const sessionid = await begun();
  const tablet = host.client(admin.session.account, 'tablet');
  expect(errorOf(await run(tablet, { sessionid }, form({ seats: '1' })))).toBe('bad-request/bad-sessionid');
  expect(errorOf(await run(admin, { sessionid: 'made-up' }, form({ seats: '1' })))).toBe('bad-request/bad-sessionid');
  expect(errorOf(await run(admin, { action: 'next' }))).toBe('bad-request/bad-action');
});

test('who is no administrator any more goes no further', async () => {
  const sessionid = await begun();
  await host.accounts.setRole(admin.session.account, 'member');
  expect(conditionOf(await run(admin, { sessionid }, form({ seats: '1' })))).toBe('forbidden');
});

test('a command ends with time, with its session, and where its asker opens many', async () => {
  const late = await begun();
  host.clock.pass(16 * 60_000);
  expect(errorOf(await run(admin, { sessionid: late }, form({ seats: '1' })))).toBe('not-allowed/session-expired');
  const ids: string[] = [];
  for (let i = 0; i < 6; i += 1) ids.push(await begun());
  const [oldest = '', next = ''] = ids;
  expect(errorOf(await run(admin, { sessionid: oldest }, form({ seats: '1' })))).toBe('not-allowed/session-expired');
  expect(payloadOf(await run(admin, { sessionid: next }, form({ seats: '1' }))).attrs.status).toBe('executing');
  host.sessions.end(admin.session);
  expect(errorOf(await run(admin, { sessionid: next }, form({ guest: 'c@b.test' })))).toBe(
    'not-allowed/session-expired',
  );
});

test('however many people elsewhere have commands under way, a member begins and ends one', async () => {
  host.commands.add({
    ...{ node: 'open', name: 'Open', target: 'server', allowed: () => true },
    begin: () => ({ title: 'Open', fields: [], next: () => done('Done.') }),
  });
  const [payload, to] = [xml('command', { xmlns: NS, node: 'open' }), Jid.parse('casp3r.local')];
  const sessionid = await begun();
  for (let n = 0; n < 1_001; n += 1)
    await host.commands.run('server', payload, { from: Jid.parse(`guest${n}@evil.example/x`), to });
  expect(payloadOf(await run(admin, { sessionid }, form({ seats: '2' }))).attrs.status).toBe('executing');
  expect(payloadOf(await run(admin, {})).attrs.status).toBe('executing');
});

test('an account has commands of its own, for its owner', async () => {
  host.commands.add({ node: 'mine', name: 'Mine', target: 'account', allowed: isOwner, begin: () => done('Done.') });
  const ask = (client: Client) =>
    host.ask(client, 'set', xml('command', { xmlns: NS, node: 'mine' }), 'alice@casp3r.local');
  expect(payloadOf(await ask(admin)).attrs.status).toBe('completed');
  expect(conditionOf(await ask(member))).toBe('forbidden');
  expect(host.iq.find('set', 'account', xml('command', { xmlns: NS }))?.access).toBe('contact');
});

test('a service hands on what it is asked', async () => {
  host.commands.add({ node: 'n', name: 'N', target: 'service:rooms', allowed: () => true, begin: () => done('Done.') });
  const call = { from: member.jid, to: member.jid.bare };
  expect(host.commands.items('service:rooms', call)).toEqual([{ jid: 'bob@casp3r.local', node: 'n', name: 'N' }]);
  const answer = await host.commands.run('service:rooms', xml('command', { xmlns: NS, node: 'n' }), call);
  expect(answer.attrs.status).toBe('completed');
});

test('who administers from where is a rule’s to say, of the list and of each step', async () => {
  const names = async () => {
    const list = await host.ask(admin, 'get', xml('query', { xmlns: ITEMS, node: NS }), 'casp3r.local');
    return payloadOf(list).getChildren('item').length;
  };
  const sessionid = await begun();
  expect(await names()).toBe(1);
  const book = new RuleBook(host);
  const rule = await book.add({ subject: 'address:127.0.0.0/8', action: 'administer', decision: 'deny' }, BOX);
  expect(await names()).toBe(0);
  expect(conditionOf(await run(admin, { sessionid }, form({ seats: '2' })))).toBe('forbidden');
  await book.remove(rule.id, BOX);
  // From the home only: elsewhere not even administrators.
  await book.add({ subject: 'address:127.0.0.0/8', action: 'administer', decision: 'allow' }, BOX);
  await book.add({ subject: 'everyone', action: 'administer', decision: 'deny' }, BOX);
  expect(conditionOf(await run(admin, { sessionid }, form({ seats: '2' })))).toBeUndefined();
});
