import { beforeEach, describe, expect, test } from 'vitest';
import { registration } from '../../../xmpp/extensions/registration.ts';
import type { StrangerStream } from '../../../xmpp/routing/before-login.ts';
import { change } from '../../../xmpp/store/changes.ts';
import { CommitError } from '../../../xmpp/store/store.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import { conditionOf, payloadOf, type TestHost, testHost } from './harness.ts';

const NS = 'jabber:iq:register';
const password = 'correct horse';

let host: TestHost;
let stream: StrangerStream;

const newStream = (facts: Partial<StrangerStream> = {}): StrangerStream => ({
  address: '192.0.2.1',
  secure: true,
  memory: new Map(),
  ...facts,
});

beforeEach(async () => {
  host = await testHost(registration);
  stream = newStream();
});

const query = (...children: Element[]) => xml('query', { xmlns: NS }, ...children);
const register = (username: string, secret = password, on = stream) =>
  host.askUnknown(on, 'set', query(xml('username', {}, username), xml('password', {}, secret)));
const preauth = (token: string, on = stream) =>
  host.askUnknown(on, 'set', xml('preauth', { xmlns: 'urn:xmpp:pars:0', token }));

function features(facts: { secure: boolean; authenticated: boolean }): string[] {
  const added: string[] = [];
  host.hooks.run('stream features', { ...facts, add: (feature) => added.push(feature.getNS() ?? '') });
  return added;
}

describe('before login', () => {
  test('is told of on encrypted streams before login, where it is not closed', async () => {
    const both = ['http://jabber.org/features/iq-register', 'urn:xmpp:ibr-token:0'];
    expect(features({ secure: true, authenticated: false })).toEqual(both);
    expect(features({ secure: false, authenticated: false })).toEqual([]);
    expect(features({ secure: true, authenticated: true })).toEqual([]);
    await host.configure({ registration: 'closed' });
    expect(features({ secure: true, authenticated: false })).toEqual([]);
  });

  test('an invitation opens the way to one account', async () => {
    const { code } = await host.invites.create({ role: 'limited' });
    await host.member('owner');
    expect((await preauth(code)).attrs.type).toBe('result');
    expect(host.invites.find(code)).toBeDefined();
    const form = payloadOf(await host.askUnknown(stream, 'get', query()));
    expect(form.getChildElements().map(({ name }) => name)).toEqual(['instructions', 'username', 'password']);
    expect((await register('Juliet')).toString()).toMatch(/^<iq type="result" [^>]*\/>$/);
    expect(host.accounts.find('juliet')).toMatchObject({ role: 'limited' });
    expect(host.invites.find(code)).toBeUndefined();
    expect(conditionOf(await register('nurse'))).toBe('not-acceptable');
  });

  test('without an invitation it is forbidden', async () => {
    expect(conditionOf(await register('juliet'))).toBe('forbidden');
    expect(host.accounts.list()).toEqual([]);
  });

  test('a client that knows nothing of invitations can send the code in the form', async () => {
    const { code } = await host.invites.create({ typed: true });
    const asked = payloadOf(await host.askUnknown(stream, 'get', query()));
    const vars = asked.getChild('x', 'jabber:x:data')?.getChildren('field');
    expect(vars?.map(({ attrs }) => attrs.var)).toEqual(['FORM_TYPE', 'username', 'password', 'x-invitation']);
    const field = (name: string, value: string) => xml('field', { var: name }, xml('value', {}, value));
    const submit = (typed: string) =>
      query(
        xml(
          'x',
          { xmlns: 'jabber:x:data', type: 'submit' },
          field('FORM_TYPE', NS),
          field('username', 'juliet'),
          field('password', password),
          field('x-invitation', typed),
        ),
      );
    expect(conditionOf(await host.askUnknown(stream, 'set', submit('ZZZZ-ZZZZ')))).toBe('item-not-found');
    const typed = `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase();
    expect((await host.askUnknown(stream, 'set', submit(typed))).attrs.type).toBe('result');
    expect(host.accounts.find('juliet')).toBeDefined();
  });

  test('wrong tokens are item-not-found, are told, and become too many', async () => {
    const { code } = await host.invites.create();
    const refused: string[] = [];
    host.hooks.on('invite refused', ({ address }) => refused.push(address));
    for (let i = 0; i < 20; i += 1) expect(conditionOf(await preauth(`WRONG${i}`, newStream()))).toBe('item-not-found');
    expect(refused).toHaveLength(20);
    expect(conditionOf(await preauth(code, newStream()))).toBe('resource-constraint');
    expect((await preauth(code, newStream({ address: '198.51.100.7' }))).attrs.type).toBe('result');
  });

  test('a token that ends after it was accepted is still good on that stream', async () => {
    const { code } = await host.invites.create({ lifetimeMs: 1000 });
    await preauth(code);
    host.clock.pass(5000);
    expect((await register('juliet')).attrs.type).toBe('result');
    expect(conditionOf(await preauth(code, newStream()))).toBe('item-not-found');
  });

  test('a name that is taken is a conflict, and another one can be tried', async () => {
    await host.member('juliet');
    const { code } = await host.invites.create();
    await preauth(code);
    const reply = await register('Juliet');
    expect(conditionOf(reply)).toBe('conflict');
    expect(reply.toString()).not.toContain(password);
    expect((await register('juliet2')).attrs.type).toBe('result');
  });

  test.each([
    ['', password],
    ['juliet', ''],
    ['juliet', 'short'],
    ['ju liet', password],
  ])('name %j with password %j is not-acceptable', async (name, secret) => {
    const { code } = await host.invites.create();
    await preauth(code);
    expect(conditionOf(await register(name, secret))).toBe('not-acceptable');
    expect(host.invites.find(code)).toBeDefined();
  });

  test('it needs an encrypted stream', async () => {
    const { code } = await host.invites.create();
    const plain = newStream({ secure: false });
    expect(conditionOf(await preauth(code, plain))).toBe('not-authorized');
    expect(conditionOf(await register('juliet', password, plain))).toBe('not-authorized');
  });

  test('a closed server does not know it', async () => {
    const { code } = await host.invites.create();
    await host.configure({ registration: 'closed' });
    expect(conditionOf(await preauth(code))).toBe('service-unavailable');
    expect(conditionOf(await host.askUnknown(stream, 'get', query()))).toBe('service-unavailable');
    expect(conditionOf(await register('juliet'))).toBe('service-unavailable');
  });

  test('an open server takes who comes, so many an hour from one address', async () => {
    await host.configure({ registration: 'open' });
    const { throttle } = host.accounts;
    for (let i = 0; i < 19; i += 1) throttle.registering(stream.address);
    expect((await register('juliet')).attrs.type).toBe('result');
    expect(host.accounts.find('juliet')?.role).toBe('member');
    expect(conditionOf(await register('nurse', password, newStream()))).toBe('resource-constraint');
    const { code } = await host.invites.create();
    const invited = newStream();
    await preauth(code, invited);
    expect((await register('nurse', password, invited)).attrs.type).toBe('result');
  });

  test('nobody who comes without an invitation administers, nor has a name that speaks for the server', async () => {
    await host.configure({ registration: 'open' });
    const { accounts } = host;
    for (const { id } of accounts.list()) await host.store.journal.commit(change('account removed', { account: id }));
    expect(conditionOf(await register('admin'))).toBe('not-acceptable');
    expect((await register('quick')).attrs.type).toBe('result');
    expect(accounts.find('quick')?.role).toBe('member');
  });

  test('a full disk is told as such, and costs no invitation', async () => {
    const { code } = await host.invites.create();
    await preauth(code);
    const { journal } = host.store;
    const commit = journal.commit.bind(journal);
    journal.commit = async () => {
      throw new CommitError('SQLITE_FULL', 'the disk is full');
    };
    expect(conditionOf(await register('juliet'))).toBe('resource-constraint');
    journal.commit = commit;
    expect((await register('juliet')).attrs.type).toBe('result');
  });

  test('who has no account cannot remove one', async () => {
    expect(conditionOf(await host.askUnknown(stream, 'set', query(xml('remove'))))).toBe('unexpected-request');
  });
});

describe('a member', () => {
  const setUp = async () => {
    const account = await host.accounts.create({ local: 'juliet', password, role: 'member' });
    return { account, phone: host.client(account, 'phone'), laptop: host.client(account, 'laptop') };
  };
  const newPassword = (username: string, secret: string) =>
    query(xml('username', {}, username), xml('password', {}, secret));

  test('is told that it is registered, and no password', async () => {
    const { phone } = await setUp();
    for (const to of [undefined, 'casp3r.local']) {
      const told = payloadOf(await host.ask(phone, 'get', query(), to));
      expect(told.getChild('registered')).toBeDefined();
      expect(told.getChildText('username')).toBe('juliet');
      expect(told.getChildText('password')).toBe('');
    }
  });

  test('changes its password, and its sessions stay', async () => {
    const { phone, laptop } = await setUp();
    const reply = await host.ask(phone, 'set', newPassword('juliet', 'new staple'), 'casp3r.local');
    expect(reply.attrs.type).toBe('result');
    expect(await host.accounts.checkPassword('juliet', 'new staple')).toBeDefined();
    expect(await host.accounts.checkPassword('juliet', password)).toBeUndefined();
    expect([phone.closedWith, laptop.closedWith]).toEqual([undefined, undefined]);
  });

  test.each([
    ['romeo', 'new staple', 'not-allowed'],
    ['', 'new staple', 'bad-request'],
    ['juliet', '', 'bad-request'],
    ['juliet', 'short', 'not-acceptable'],
  ])('password of %j to %j is %s, and the old one stays', async (name, secret, condition) => {
    const { phone } = await setUp();
    await host.member('romeo');
    const reply = await host.ask(phone, 'set', newPassword(name, secret), 'casp3r.local');
    expect(conditionOf(reply)).toBe(condition);
    expect(reply.getChild('query', NS)?.getChildElements()).toEqual([]);
    expect(await host.accounts.checkPassword('juliet', password)).toBeDefined();
  });

  test('removes its account: the others end, the result is first, then its own stream', async () => {
    const { phone, laptop } = await setUp();
    expect((await host.ask(phone, 'set', query(xml('remove')))).attrs.type).toBe('result');
    expect(host.accounts.find('juliet')).toBeUndefined();
    expect(laptop.closedWith).toBe('not-authorized');
    expect(phone.closedWith).toBeUndefined();
    host.clock.pass(0);
    expect(phone.closedWith).toBe('not-authorized');
  });

  test('a removal with anything beside it is a bad request', async () => {
    const { phone } = await setUp();
    expect(conditionOf(await host.ask(phone, 'set', query(xml('remove'), xml('username'))))).toBe('bad-request');
    expect(host.accounts.find('juliet')).toBeDefined();
  });
});
