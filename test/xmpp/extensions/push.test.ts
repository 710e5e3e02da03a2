import { beforeEach, describe, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { offline } from '../../../xmpp/extensions/offline.ts';
import { push } from '../../../xmpp/extensions/push/push.ts';
import { wakingOf } from '../../../xmpp/extensions/push/waking.ts';
import type { IqType } from '../../../xmpp/routing/iq-table.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import { type Element, parse, xml } from '../../../xmpp/xml.ts';
import { type Client, conditionOf, type TestHost, testHost } from './harness.ts';
import { chat, giveBack, say } from './talk.ts';

const BOB = 'bob@b.test/phone';
const CAROL = 'carol@c.test/phone';
const ALICE = 'alice@casp3r.local';
const NS = 'urn:xmpp:push:0';

let host: TestHost;
let phone: Client;
/** Answers to what the app server is asked, oldest first: the test decides when and how. */
let answers: { resolve: () => void; reject: (error: Error) => void }[];

beforeEach(async () => {
  host = await testHost(offline, push);
  answers = [];
  host.query = (iq) => {
    host.sent.push(iq);
    return new Promise((resolve, reject) => answers.push({ resolve: () => resolve(undefined), reject }));
  };
  phone = host.client(await host.member('alice'), 'phone');
});

const ask = (name: string, attrs: Record<string, string>, ...children: Element[]) =>
  host.ask(phone, 'set' as IqType, xml(name, { xmlns: NS, ...attrs }, ...children));
const enable = (...children: Element[]) => ask('enable', { jid: 'push.app.test', node: 'n1' }, ...children);
const leave = () => host.sessions.end(phone.session);
const form = (type: string, fields: Record<string, string>) =>
  xml(
    'x',
    { xmlns: 'jabber:x:data', type: 'submit' },
    ...Object.entries({ FORM_TYPE: type, ...fields }).map(([name, value]) =>
      xml('field', { var: name }, xml('value', {}, value)),
    ),
  );
const propose = () => xml('message', { type: 'chat' }, parse("<propose xmlns='urn:xmpp:jingle-message:0' id='c'/>"));
const answered = async (error?: Error) => {
  const answer = answers.shift();
  if (error) answer?.reject(error);
  else answer?.resolve();
  await new Promise((resolve) => setImmediate(resolve));
};
/** The fields of the summary of each notification that went out since the last look. */
const told = () =>
  host.sent.splice(0).map((iq) => {
    const item = iq.getChild('pubsub')?.getChild('publish')?.getChild('item');
    const fields = item?.getChild('notification', NS)?.getChild('x')?.getChildren('field') ?? [];
    return Object.fromEntries(
      fields.slice(1).map((field) => [field.attrs.var?.replace('last-message-', ''), field.getChildText('value')]),
    );
  });
const once = { 'message-count': '1', body: 'New message' };

describe('a registration', () => {
  test('is told with its options, from the domain', async () => {
    const options = form('http://jabber.org/protocol/pubsub#publish-options', { secret: 's3' });
    await enable(options);
    leave();
    await say(host, BOB, ALICE, chat('secret words'));
    const [iq] = host.sent;
    expect(iq?.attrs).toEqual({ type: 'set', from: 'casp3r.local', to: 'push.app.test' });
    const pubsub = iq?.getChild('pubsub', 'http://jabber.org/protocol/pubsub');
    expect(pubsub?.getChild('publish')?.attrs.node).toBe('n1');
    expect(pubsub?.getChild('publish-options')?.getChild('x')?.toString()).toBe(options.toString());
    expect(iq?.toString()).not.toMatch(/secret words|bob/);
    expect(told()).toEqual([once]);
  });

  test('is kept once, replaced by the same service and node, and gone when disabled', async () => {
    await enable();
    await enable();
    await ask('enable', { jid: 'push.app.test', node: 'n2' });
    const nodes = () => host.store.extras.pushRegistrations(phone.session.account.id).map(({ node }) => node);
    expect(nodes()).toEqual(['n1', 'n2']);
    await ask('disable', { jid: 'push.app.test', node: 'n1' });
    expect(nodes()).toEqual(['n2']);
    await ask('disable', { jid: 'push.app.test' });
    leave();
    await say(host, BOB, ALICE, chat('hello'));
    expect([nodes(), told()]).toEqual([[], []]);
  });

  test('of a client that left many behind takes the place of the oldest', async () => {
    for (let n = 0; n < 22; n += 1) {
      host.clock.pass(1);
      await ask('enable', { jid: 'push.app.test', node: `n${n}` });
    }
    const nodes = host.store.extras.pushRegistrations(phone.session.account.id).map(({ node }) => node);
    expect([nodes.length, nodes[0], nodes.at(-1)]).toEqual([20, 'n2', 'n21']);
  });

  test.each([
    ['without a jid', {}, 'bad-request'],
    ['at the box itself', { jid: 'casp3r.local' }, 'not-allowed'],
    ["at a member's own nodes", { jid: ALICE }, 'not-allowed'],
    ['with too long a node', { jid: 'push.app.test', node: 'n'.repeat(5000) }, 'not-acceptable'],
    ['at no address', { jid: 'a@b@c' }, 'jid-malformed'],
  ])('%s is refused', async (_, attrs, condition) => {
    expect(conditionOf(await ask('enable', attrs))).toBe(condition);
  });

  test('shows nobody as the sender whom another made up in a carbon', async () => {
    await enable(form('urn:xmpp:push:summary', { 'last-message-sender': '1', 'last-message-body': '1' }));
    leave();
    const forged = parse(
      `<message type='chat'><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='bank@c.test'><body>call us</body></message></forwarded></received></message>`,
    );
    await say(host, BOB, ALICE, forged);
    expect(told()).toEqual([]);
  });

  test('shows sender and text where the member asked for it', async () => {
    await enable(form('urn:xmpp:push:summary', { 'last-message-sender': '1', 'last-message-body': 'true' }));
    leave();
    await say(host, BOB, ALICE, chat('hello'));
    expect(told()).toEqual([{ 'message-count': '1', sender: BOB, body: 'hello' }]);
  });

  test('never shows what stands in for an encrypted text', async () => {
    await enable(form('urn:xmpp:push:summary', { 'last-message-body': '1' }));
    leave();
    const encrypted = parse("<encrypted xmlns='eu.siacs.conversations.axolotl'><payload>x</payload></encrypted>");
    await say(host, BOB, ALICE, chat('I sent you an OMEMO message', {}, encrypted));
    expect(told()).toEqual([once]);
  });
});

describe('who is told', () => {
  test('not a client that is there', async () => {
    await enable();
    await say(host, BOB, ALICE, chat('hello'));
    expect(told()).toEqual([]);
  });

  test('one whose session waits with a message, once', async () => {
    await enable();
    const stanza = chat('hello');
    stanza.attrs.from = BOB;
    stanza.attrs.to = ALICE;
    host.hooks.run('stanzas waiting', { session: phone.session, stanzas: [stanza] });
    host.hooks.run('stanzas waiting', { session: phone.session, stanzas: [stanza] });
    leave();
    host.clock.pass(3_600_000);
    await giveBack(host, phone, stanza);
    expect(told()).toEqual([once]);
  });

  test('one whose stream broke without XEP-0198', async () => {
    await enable();
    const stanza = chat('hello', { from: BOB, to: ALICE });
    leave();
    await giveBack(host, phone, stanza);
    expect(told()).toEqual([once]);
  });

  test('a call rings at an app in the background, though its connection stands', async () => {
    await enable();
    phone.session.gate = { inactive: true, send() {}, flush() {} };
    await say(host, BOB, ALICE, propose());
    await say(host, BOB, ALICE, chat('hello'));
    expect(told()).toEqual([once]);
  });

  test('of a subscription request, with how many there are', async () => {
    await enable();
    leave();
    const from = host.addressOf(phone.session.account);
    const stanza = xml('presence', { type: 'subscribe', from: 'bob@b.test', to: from });
    const { account, jid } = phone.session;
    host.hooks.run('stanza to account', { account, stanza, from: Jid.parse('bob@b.test'), to: jid.bare, drop: false });
    expect(told()).toEqual([{ 'message-count': '0', 'pending-subscription-count': '1' }]);
  });
});

describe('who is told no more', () => {
  test('one whose member is disabled, until the member has logged in again and asked for it', async () => {
    await enable();
    leave();
    await host.accounts.setStatus(phone.session.account, 'disabled');
    await say(host, BOB, ALICE, chat('one'));
    await host.accounts.setStatus(phone.session.account, 'active');
    await say(host, CAROL, ALICE, chat('two'));
    expect(told()).toEqual([]);
    await enable();
    await say(host, CAROL, ALICE, chat('three'));
    expect(told()).toHaveLength(1);
  });

  test('one whom a rule of the owner keeps from logging in', async () => {
    await enable();
    leave();
    const rule = { subject: `account:${ALICE}`, action: 'login', decision: 'deny' } as const;
    const { id } = await new RuleBook(host).add(rule, COMMAND_LINE);
    await say(host, BOB, ALICE, chat('one'));
    expect(told()).toEqual([]);
    await new RuleBook(host).remove(id, COMMAND_LINE);
    await say(host, CAROL, ALICE, chat('two'));
    expect(told()).toHaveLength(1);
  });

  test('one whose client lost its access, not even of what waited for the last answer', async () => {
    phone.session.client = 'the phone';
    await enable();
    leave();
    await say(host, BOB, ALICE, chat('one'));
    await say(host, CAROL, ALICE, chat('two'));
    expect(told()).toHaveLength(1);
    await host.clients.revoke(phone.session.account, 'the phone', []);
    await answered();
    await say(host, CAROL, ALICE, chat('three'));
    expect(told()).toEqual([]);
  });
});

describe('how often', () => {
  beforeEach(async () => {
    await enable();
    leave();
    await say(host, BOB, ALICE, chat('one'));
  });

  test('once while a notification is on its way; another chat follows its answer', async () => {
    await say(host, BOB, ALICE, chat('two'));
    await say(host, CAROL, ALICE, chat('three'));
    expect(told()).toEqual([once]);
    await answered();
    expect(told()).toEqual([{ ...once, 'message-count': '3' }]);
  });

  test('not again of the same chat for two minutes', async () => {
    await answered();
    await say(host, BOB, ALICE, chat('two'));
    expect(told()).toHaveLength(1);
    host.clock.pass(120_000);
    await say(host, BOB, ALICE, chat('three'));
    expect(told()).toEqual([{ ...once, 'message-count': '3' }]);
  });

  test('again at once when the client was there', async () => {
    await answered();
    const again = host.client(phone.session.account, 'phone');
    host.sessions.end(again.session);
    await say(host, BOB, ALICE, chat('two'));
    expect(told()).toEqual([once, once]);
  });

  test('each call, whatever is on its way', async () => {
    await say(host, BOB, ALICE, propose());
    await say(host, BOB, ALICE, propose());
    expect(told()).toHaveLength(3);
  });
});

describe('an error', () => {
  const registered = () => host.store.extras.pushRegistrations(phone.session.account.id).length;
  const fail = async (error: StanzaError) => {
    await say(host, BOB, ALICE, chat('hello'));
    await answered(error);
    await host.store.journal.commit();
  };
  beforeEach(async () => {
    await enable();
    leave();
  });

  test.each(['item-not-found', 'forbidden', 'gone', 'service-unavailable'] as const)(
    '%s disables the service',
    async (condition) => {
      await fail(new StanzaError(condition));
      expect(registered()).toBe(0);
    },
  );

  test.each([
    new StanzaError('remote-server-timeout'),
    new StanzaError('remote-server-not-found'),
    new StanzaError('service-unavailable', { type: 'wait' }),
  ])('$condition of type $type does not, until a day of nothing else', async (error) => {
    await fail(error);
    expect(registered()).toBe(1);
    host.clock.pass(23 * 3_600_000);
    await fail(error);
    expect(registered()).toBe(1);
    host.clock.pass(3_600_000);
    await fail(error);
    expect(registered()).toBe(0);
  });
});

test('a service that takes back its node is told no more (section 8)', async () => {
  await enable();
  leave();
  const pubsub = (jid: string) =>
    xml(
      'message',
      { from: 'push.app.test', to: ALICE },
      xml(
        'pubsub',
        { xmlns: 'http://jabber.org/protocol/pubsub', node: 'n1' },
        xml('affiliation', { jid, affiliation: 'none' }),
      ),
    );
  const { account, jid } = phone.session;
  const takeBack = async (from: string, whose: string) => {
    const event = { account, stanza: pubsub(whose), from: Jid.parse(from), to: jid.bare, drop: false };
    host.hooks.run('stanza to account', event);
    await host.store.journal.commit();
    return host.store.extras.pushRegistrations(account.id).length;
  };
  expect(await takeBack('push.other.test', ALICE)).toBe(1);
  expect(await takeBack('push.app.test', 'bob@casp3r.local')).toBe(1);
  expect(await takeBack('push.app.test', ALICE)).toBe(0);
});

describe('what wakes', () => {
  const rooms = new Map([
    ['family@r.test', { nick: 'Al', named: true }],
    ['hall@r.test', { nick: 'Al', named: false }],
  ]);
  const message = (inner: string, attrs = "type='chat' from='bob@b.test/x'") =>
    parse(`<message ${attrs}>${inner}</message>`);
  const room = (name: string, inner: string, nick = 'Bo') =>
    message(inner, `type='groupchat' from='${name}@r.test/${nick}'`);
  const body = '<body>hello</body>';

  test.each<[string, Element, string | undefined]>([
    ['text', message(body), 'message'],
    ['what is encrypted', message("<encrypted xmlns='urn:xmpp:omemo:2'><payload/></encrypted>"), 'message'],
    ['keys alone', message("<encrypted xmlns='urn:xmpp:omemo:2'><header/></encrypted>"), undefined],
    ['text that is kept nowhere', message(`${body}<no-store xmlns='urn:xmpp:hints'/>`), undefined],
    ['a receipt', message("<received xmlns='urn:xmpp:receipts' id='m'/>"), undefined],
    ['a chat state', message("<active xmlns='http://jabber.org/protocol/chatstates'/>"), undefined],
    ['an error', message(body, "type='error'"), undefined],
    ['a headline', message(body, "type='headline'"), undefined],
    ['a call', message("<propose xmlns='urn:xmpp:jingle-message:0' id='c'/>"), 'call'],
    ['the end of a call', message("<retract xmlns='urn:xmpp:jingle-message:0' id='c'/>"), undefined],
    ['a session', parse("<iq type='set'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate'/></iq>"), 'call'],
    ['an invitation', message("<x xmlns='jabber:x:conference' jid='r'/>"), 'message'],
    ['a word in the family', room('family', body), 'message'],
    ['a word among strangers', room('hall', body), undefined],
    ['the own name among strangers', room('hall', '<body>hi al!</body>'), 'message'],
    ["one's own word", room('family', body, 'Al'), undefined],
    ['what was said before', room('family', `${body}<delay xmlns='urn:xmpp:delay'/>`), undefined],
    ['presence', parse("<presence from='bob@b.test/x'/>"), undefined],
  ])('%s', (_, stanza, kind) => {
    expect(wakingOf(stanza, rooms)?.kind).toBe(kind);
  });
});
