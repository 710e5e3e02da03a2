/** Tokens and clients of an account over a real store: what a token is good for, and what voids it. */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type TestHost, testHost } from '../extensions/harness.ts';

const DAY_MS = 86_400_000;
const NONE = 'HT-SHA-256-NONE';
const PHONE = 'd4565fa7-4d72-4749-b3d3-740edbf87770';

const sign = (secret: string) => createHmac('sha256', secret).update('Initiator').digest();

async function member(): Promise<{ host: TestHost; account: Account }> {
  const host = await testHost();
  const account = await host.accounts.create({ local: 'alice', password: 'secret of alice', role: 'member' });
  return { host, account };
}

const login = { id: PHONE, software: 'App', device: 'Phone', by: 'password', wants: NONE, invalidated: false } as const;

async function token(host: TestHost, account: Account): Promise<string> {
  const given = await host.clients.loggedIn(account, login);
  if (!given) throw new Error('no token');
  return given.secret;
}

const use = (host: TestHost, account: Account, secret: string, count?: number, id = PHONE, mechanism = NONE) =>
  host.clients.useToken(account, id, mechanism, sign(secret), sign, { count, invalidate: false });

test('a client is known to the account that it logged in to, and to no other', async () => {
  const { host, account } = await member();
  const other = await host.accounts.create({ local: 'bob', password: 'secret of bob', role: 'member' });
  expect(host.clients.knows(account, PHONE)).toBe(false);
  await host.clients.loggedIn(account, login);
  expect(host.clients.knows(account, PHONE)).toBe(true);
  expect(host.clients.knows(other, PHONE)).toBe(false);
  expect(host.clients.knows(undefined, PHONE)).toBe(false);
});

describe('a token', () => {
  test('is good for its client and its mechanism alone', async () => {
    const { host, account } = await member();
    const secret = await token(host, account);
    expect(await use(host, account, secret, undefined, 'another')).toBeUndefined();
    expect(await use(host, account, secret, undefined, PHONE, 'HT-SHA-256-EXPR')).toBeUndefined();
    expect(await use(host, account, secret)).toEqual({ secret, expired: false });
  });

  test('cannot be played again, not even at the same moment', async () => {
    const { host, account } = await member();
    const secret = await token(host, account);
    const both = await Promise.all([use(host, account, secret, 5), use(host, account, secret, 5)]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await use(host, account, secret, 4)).toBeUndefined();
    expect(await use(host, account, secret, 6)).toBeDefined();
  });

  test('expires', async () => {
    const { host, account } = await member();
    const secret = await token(host, account);
    host.clock.pass(61 * DAY_MS);
    expect(await use(host, account, secret)).toEqual({ secret, expired: true });
    expect(host.clients.list(account)[0]?.tokens).toEqual([]);
  });

  test('is replaced once it is a week old; the old one dies when the new one is used', async () => {
    const { host, account } = await member();
    const secret = await token(host, account);
    const byToken = { ...login, by: 'token', wants: undefined } as const;
    await use(host, account, secret);
    expect(await host.clients.loggedIn(account, byToken)).toBeUndefined();
    host.clock.pass(8 * DAY_MS);
    await use(host, account, secret);
    expect(await host.clients.loggedIn(account, { ...byToken, invalidated: true })).toBeUndefined();
    const next = await host.clients.loggedIn(account, byToken);
    expect(next?.mechanism).toBe(NONE);
    expect(await use(host, account, secret)).toBeDefined();
    expect(await use(host, account, next?.secret ?? '')).toBeDefined();
    expect(await use(host, account, secret)).toBeUndefined();
  });

  test('that was never used makes room for the next', async () => {
    const { host, account } = await member();
    const first = await token(host, account);
    await token(host, account);
    expect(await use(host, account, first)).toBeUndefined();
    expect(host.store.clients.find(account.id, PHONE)?.tokens).toHaveLength(1);
  });

  test.each<[string, (host: TestHost, account: Account) => Promise<void>]>([
    ['another password', (host, account) => host.accounts.setPassword(account, 'another password')],
    ['being disabled', (host, account) => host.accounts.setStatus(account, 'disabled')],
    ['revocation', (host, account) => host.clients.revoke(account, PHONE, [])],
    ['removal', (host, account) => host.accounts.remove(account)],
  ])('dies with %s', async (_, kill) => {
    const { host, account } = await member();
    const secret = await token(host, account);
    await Promise.all([kill(host, account), use(host, account, secret, 1)]);
    expect(await use(host, account, secret, 2)).toBeUndefined();
  });
});

describe('push registrations', () => {
  const node = (name: string, client: string, resource: string) =>
    ({ service: 'push.app.test', node: name, resource, client, options: '', shows: [], atMs: 0 }) as const;
  const registered = async (host: TestHost, account: Account) => {
    const all = [node('phone', PHONE, 'app.1'), node('desk', 'another', 'app.2'), node('old', '', 'app.3')];
    const changes = all.map((each) => change('push enabled', { account: account.id, ...each }));
    await host.store.journal.commit(...changes);
  };
  const left = (host: TestHost, account: Account) =>
    host.store.extras.pushRegistrations(account.id).map(({ node }) => node);

  test('end with the access of the client that made them', async () => {
    const { host, account } = await member();
    await registered(host, account);
    await host.clients.revoke(account, PHONE, ['app.1']);
    expect(left(host, account)).toEqual(['desk', 'old']);
    await host.clients.revoke(account, undefined, ['app.2', 'app.3']);
    expect(left(host, account)).toEqual(['desk']);
  });

  test('end with the password, but for those of the session that changes it', async () => {
    const { host, account } = await member();
    await registered(host, account);
    const asker = host.client(account, 'app.2').session;
    await host.accounts.setPassword(account, 'another password', { asker });
    expect(left(host, account)).toEqual(['desk']);
    await host.accounts.setPassword(account, 'a third password');
    expect(left(host, account)).toEqual([]);
  });
});

describe('clients', () => {
  test('are forgotten when they have not been here for long, and the one not seen for longest makes room', async () => {
    const { host, account } = await member();
    for (let i = 0; i < 52; i += 1) {
      await host.clients.loggedIn(account, { ...login, id: `client ${i}` });
      host.clock.pass(1000);
    }
    const ids = host.clients.list(account).map(({ id }) => id);
    expect(ids).toHaveLength(50);
    expect(ids).not.toContain('client 1');
    expect(ids).toContain('client 2');
    host.clients.attach();
    host.clock.pass(61 * DAY_MS);
    await host.clients.loggedIn(account, login);
    const { work } = host.hooks.run('night', { work: [] });
    for (const each of work) await each();
    expect(host.store.clients.list(account.id).map(({ id }) => id)).toEqual([PHONE]);
  });
});

describe('a hash that an account lacks', () => {
  async function onlySha1(): Promise<{ host: TestHost; account: Account }> {
    const { host, account } = await member();
    const credentials = host.store.accounts.credentials(account.id).filter(({ hash }) => hash === 'SHA-1');
    await host.store.journal.commit(change('credentials set', { account: account.id, credentials }));
    return { host, account };
  }

  test('is not offered to anyone until all have it, and then for ever', async () => {
    const { host, account } = await onlySha1();
    expect(host.accounts.hashes.offers('SHA-512')).toBe(false);
    expect(host.accounts.hashes.upgrades()).toEqual(['SHA-512', 'SHA-256']);
    expect(await host.accounts.checkPassword('alice', 'secret of alice')).toMatchObject({ id: account.id });
    expect(host.accounts.hashes.upgrades()).toEqual([]);
    expect(host.accounts.hashes.offers('SHA-512')).toBe(true);
    const credentials = host.store.accounts.credentials(account.id).filter(({ hash }) => hash === 'SHA-1');
    await host.store.journal.commit(change('credentials set', { account: account.id, credentials }));
    expect(host.accounts.hashes.offers('SHA-512')).toBe(true);
    expect(host.accounts.hashes.upgrades()).toEqual(['SHA-512', 'SHA-256']);
  });

  test('is filled in by the right password alone, and works with SCRAM then', async () => {
    const { host, account } = await onlySha1();
    expect(await host.accounts.checkPassword('alice', 'a wrong password')).toBeUndefined();
    expect(host.accounts.hashes.lacks(account, 'SHA-512')).toBe(true);
    await host.accounts.checkPassword('alice', 'secret of alice');
    expect(host.accounts.credentials('alice', 'SHA-512')).toMatchObject({ account: { id: account.id } });
  });
});
