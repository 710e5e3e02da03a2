/** Everything that lets somebody do something asks the owner's rules: one test for each kind that is not asked by access/gate.ts. */
import { beforeEach, expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import { registration } from '../../../xmpp/extensions/registration.ts';
import { Allowance } from '../../../xmpp/extensions/upload/allowance.ts';
import type { XmppHost } from '../../../xmpp/host.ts';
import { administrates } from '../../../xmpp/routing/command.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { type Service, toService } from '../../../xmpp/routing/services.ts';
import { SaslExchange, type SaslOptions } from '../../../xmpp/stream/sasl/exchange.ts';
import type { SaslFailure } from '../../../xmpp/stream/sasl/failure.ts';
import { xml } from '../../../xmpp/xml.ts';
import { conditionOf, type TestHost, testHost } from '../extensions/harness.ts';

let host: TestHost;
let book: RuleBook;

beforeEach(async () => {
  host = await testHost(registration);
  book = new RuleBook(host);
});

const deny = (subject: string, action: string) => book.add({ subject, action, decision: 'deny' }, COMMAND_LINE);

test('register: by network, and by the name that is wanted', async () => {
  await host.configure({ registration: 'open' });
  await deny('address:192.0.2.0/24', 'register');
  await deny('account:boss@casp3r.local', 'register');
  const form = (username: string) =>
    xml('query', { xmlns: 'jabber:iq:register' }, xml('username', {}, username), xml('password', {}, 'long enough'));
  const register = (address: string, username: string) =>
    host.askUnknown({ address, secure: true, memory: new Map() }, 'set', form(username));
  // The first account is the owner's.
  await host.accounts.create({ local: 'root', password: 'long enough', role: 'member', byOperator: true });
  expect(conditionOf(await register('192.0.2.9', 'alice'))).toBe('forbidden');
  expect(conditionOf(await register('198.51.100.9', 'boss'))).toBe('forbidden');
  expect((await register('198.51.100.9', 'alice')).attrs.type).toBe('result');
  const create = (local: string, address: string) =>
    host.accounts.create({ local, password: 'long enough', role: 'member', address });
  await expect(create('carol', '192.0.2.9')).rejects.toMatchObject({ condition: 'forbidden' });
});

test('login: of a member, or from a network, once the password was right', async () => {
  const alice = await host.member('alice');
  const login = async (address: string) => {
    const throttle = { delayMs: () => 0, failed: () => {}, succeeded: () => {} };
    const options = { host, address, throttle, mechanisms: [], bindings: new Map() } as unknown as SaslOptions;
    const exchange = new SaslExchange(options);
    const proven = { proven: true, account: alice, authzid: undefined };
    exchange.beginWith(() => ({ respond: async () => proven }), undefined);
    const failure = await exchange.respond(Buffer.alloc(0)).then(
      () => undefined,
      (error: SaslFailure) => error,
    );
    return failure?.condition;
  };
  expect(await login('192.0.2.9')).toBeUndefined();
  await deny('address:192.0.2.0/24', 'login');
  expect([await login('192.0.2.9'), await login('198.51.100.9')]).toEqual(['not-authorized', undefined]);
  await deny('account:alice@casp3r.local', 'login');
  expect(await login('198.51.100.9')).toBe('account-disabled');
});

test('upload, and how much', async () => {
  const alice = await host.member('alice');
  const upload = (bytes: number) => {
    try {
      new Allowance(host).check(alice, bytes);
      return 'allowed';
    } catch (error) {
      return (error as { condition: string }).condition;
    }
  };
  expect([upload(900), upload(1_100)]).toEqual(['allowed', 'not-acceptable']);
  const few = await book.add({ subject: 'member', action: 'upload', decision: 'allow', bytes: 500 }, COMMAND_LINE);
  expect([upload(400), upload(900)]).toEqual(['allowed', 'not-acceptable']);
  await book.add({ subject: 'member', action: 'upload', decision: 'deny', before: few.id }, COMMAND_LINE);
  expect(upload(1)).toBe('forbidden');
});

test('use-service: strangers meet no service of a family; what only answers or ends passes', async () => {
  const service: Service = { name: 'Tea', iq: () => undefined, message: async () => {}, presence: async () => {} };
  const found = { host: host as unknown as XmppHost, service };
  const [from, to] = [Jid.parse('eve@far.example/spam'), Jid.parse('tea.casp3r.local')];
  const origin = { from, session: undefined, host: undefined, turn: undefined };
  const use = (stanza = xml('message', { type: 'chat' })) =>
    toService(found, stanza, to, origin).then(
      () => 'used',
      ({ condition }) => condition,
    );
  expect(await use()).toBe('forbidden');
  expect(await use(xml('presence', { type: 'unavailable' }))).toBe('used');
  expect(await use(xml('message', { type: 'error' }))).toBe('used');
  await book.add({ subject: 'domain:far.example', action: 'use-service', decision: 'allow' }, COMMAND_LINE);
  expect(await use()).toBe('used');
});

test('administer: what a role may, unless a rule says otherwise', async () => {
  const [root, alice] = [await host.member('root', 'administrator'), await host.member('alice')];
  const asker = (member = root) => ({
    jid: Jid.parse('a@b/c'),
    to: Jid.parse('b'),
    member,
    session: undefined,
    address: '',
  });
  const may = () => [root, alice].map((member) => administrates(host)(asker(member)));
  expect(may()).toEqual([true, false]);
  await deny('administrator', 'administer');
  await book.add({ subject: 'account:alice@casp3r.local', action: 'administer', decision: 'allow' }, COMMAND_LINE);
  expect(may()).toEqual([false, true]);
});

test('federate: whom the file denies no rule lets in; whom it allows is no stranger', async () => {
  const crosses = (domain: string) => host.access.decide({ action: 'federate-in', who: { domain } });
  const federation = { ...host.config.federation, allow: ['aunt.example'], deny: ['spam.example'] };
  host.config = { ...host.config, federation };
  const domains = ['aunt.example', 'rooms.aunt.example', 'spam.example', 'far.example'];
  expect(domains.map(crosses)).toEqual(['allow', 'allow', 'deny', 'deny']);
  const alice = await host.member('alice');
  const who = { jid: Jid.parse('bob@aunt.example') };
  expect(host.access.decide({ action: 'message-in', who, member: alice })).toBe('allow');
  await host.configure({ mode: 'open' });
  expect(domains.map(crosses)).toEqual(['allow', 'allow', 'deny', 'allow']);
  expect(host.access.explain({ action: 'federate-in', who: { domain: 'spam.example' } }).by).toEqual({
    setting: '[federation] deny',
  });
  await host.configure({ mode: 'private' });
  expect(domains.map(crosses)).toEqual(['deny', 'deny', 'deny', 'deny']);
  for (const subject of ['domain:spam.example', 'domain:far.example'])
    await book.add({ subject, action: '*', decision: 'allow' }, COMMAND_LINE);
  expect(domains.map(crosses)).toEqual(['deny', 'deny', 'deny', 'allow']);
});
