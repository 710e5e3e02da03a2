import { expect, test } from 'vitest';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { deriveKeys } from '../../../xmpp/stream/sasl/scram-keys.ts';
import { testHost } from '../extensions/harness.ts';

const password = 'correct horse';
const refusal = (condition: string) => expect.objectContaining({ name: 'StanzaError', condition });
const newMember = (local: string) => ({ local, password, role: 'member' as const });

test('the first account is the administrator, the next one what was asked for', async () => {
  const { accounts } = await testHost();
  expect(await accounts.create({ ...newMember('alice'), byOperator: true })).toMatchObject({ role: 'administrator' });
  expect(await accounts.create(newMember('bob'))).toMatchObject({ role: 'member' });
  expect(accounts.list().map(({ local }) => local)).toEqual(['alice', 'bob']);
});

test('of many that race for an empty box, one becomes administrator', async () => {
  const { accounts } = await testHost();
  const made = await Promise.all(
    ['a1', 'b1', 'c1', 'd1'].map((local) => accounts.create({ ...newMember(local), byOperator: true })),
  );
  expect(made.filter(({ role }) => role === 'administrator')).toHaveLength(1);
});

test('a name is given to one of those who ask at once', async () => {
  const { accounts } = await testHost();
  const tries = await Promise.allSettled(['carol', 'Carol', 'CAROL'].map((local) => accounts.create(newMember(local))));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const tried of tries) if (tried.status === 'rejected') expect(tried.reason).toEqual(refusal('conflict'));
  expect(accounts.list()).toHaveLength(1);
});

test.each(['', 'two words', 'a@b', 'x'.repeat(65), 'a/b', '\u0000'])('%j is no name', async (local) => {
  const { accounts } = await testHost();
  await expect(accounts.create(newMember(local))).rejects.toEqual(refusal('not-acceptable'));
});

test('names that speak for the server are for its operator', async () => {
  const { accounts } = await testHost();
  await accounts.create(newMember('alice'));
  await expect(accounts.create(newMember('Postmaster'))).rejects.toEqual(refusal('not-acceptable'));
  expect(await accounts.create({ ...newMember('postmaster'), byOperator: true })).toMatchObject({
    local: 'postmaster',
  });
});

test.each(['', 'seven77', 'bell\u0007bell', 'x'.repeat(1024)])('%j is no password', async (bad) => {
  const { accounts } = await testHost();
  await expect(accounts.create({ ...newMember('alice'), password: bad })).rejects.toEqual(refusal('not-acceptable'));
  expect(accounts.find('alice')).toBeUndefined();
});

test('salted keys are kept for each hash, made of the prepared password', async () => {
  const { accounts } = await testHost();
  const account = await accounts.create({ ...newMember('alice'), password: 'pa\u00A0ss e\u0301 word' });
  for (const hash of ['SHA-1', 'SHA-256', 'SHA-512'] as const) {
    const { credential, account: found } = accounts.credentials('ALICE', hash);
    expect(found).toEqual(account);
    expect(credential.iterations).toBeGreaterThanOrEqual(10_000);
    const derived = await deriveKeys('pa ss \u00e9 word', hash, credential.salt, credential.iterations);
    expect(Buffer.from(credential.storedKey)).toEqual(Buffer.from(derived.storedKey));
  }
});

test('a password is checked whatever the case of the name, and can be changed', async () => {
  const { accounts } = await testHost();
  const account = await accounts.create(newMember('alice'));
  expect(await accounts.checkPassword('Alice', password)).toEqual(account);
  expect(await accounts.checkPassword('alice', 'wrong horse')).toBeUndefined();
  expect(await accounts.checkPassword('nobody', password)).toBeUndefined();
  expect(await accounts.checkPassword('no body', '\u0000')).toBeUndefined();
  await accounts.setPassword(account, 'new staple');
  expect(await accounts.checkPassword('alice', 'new staple')).toEqual(account);
  expect(await accounts.checkPassword('alice', password)).toBeUndefined();
});

test('what was proved is known by its stamp: another password or status is another, a hash more is not', async () => {
  const { accounts } = await testHost();
  const keys = (hash: 'SHA-1' | 'SHA-256') => deriveKeys(password, hash, Buffer.from('salt'), 16);
  const account = await accounts.adopt('alice', [await keys('SHA-1')]);
  const stamps = [accounts.secretsStamp(account)];
  await accounts.hashes.add(account, await keys('SHA-256'));
  await accounts.setRole(account, 'limited');
  expect(accounts.secretsStamp(account)).toBe(stamps[0]);
  await accounts.setPassword(account, 'new staple');
  stamps.push(accounts.secretsStamp(account));
  await accounts.setStatus(account, 'disabled');
  stamps.push(accounts.secretsStamp(account));
  expect(new Set(stamps).size).toBe(3);
});

test('made-up credentials look like real ones, differ by name, and are the same for each login and process', async () => {
  const host = await testHost();
  const { accounts, store } = host;
  await accounts.create(newMember('alice'));
  const real = accounts.credentials('alice', 'SHA-256');
  const decoy = accounts.credentials('mallory', 'SHA-256');
  expect(decoy.account).toBeUndefined();
  expect(decoy.credential.iterations).toBe(real.credential.iterations);
  expect(decoy.credential.salt).toHaveLength(real.credential.salt.length);
  expect(decoy.credential.storedKey).toHaveLength(real.credential.storedKey.length);
  expect(accounts.credentials('Mallory', 'SHA-256')).toEqual(decoy);
  expect(accounts.credentials('trudy', 'SHA-256').credential.salt).not.toEqual(decoy.credential.salt);
  expect(accounts.credentials('mallory', 'SHA-1').credential.salt).not.toEqual(decoy.credential.salt);
  await store.journal.commit();
  await host.configure({});
  const { Accounts } = await import('../../../xmpp/access/accounts.ts');
  expect(new Accounts(host).credentials('mallory', 'SHA-256')).toEqual(decoy);
});

test('a disabled account logs nobody in and loses its sessions', async () => {
  const host = await testHost();
  const account = await host.accounts.create(newMember('alice'));
  const phone = host.client(account, 'phone');
  const push = { service: 'push.app.test', node: '', resource: 'phone', options: '', shows: [], atMs: 0 };
  await host.store.journal.commit(change('push enabled', { account: account.id, client: '', ...push }));
  await host.accounts.setStatus(account, 'disabled');
  expect(host.store.extras.pushRegistrations(account.id)).toEqual([]);
  expect(phone.closedWith).toBe('not-authorized');
  expect(host.accounts.credentials('alice', 'SHA-256')).toMatchObject({ account: undefined, disabled: true });
  expect(await host.accounts.checkPassword('alice', password)).toBeUndefined();
  await host.accounts.setStatus(account, 'active');
  expect(await host.accounts.checkPassword('alice', password)).toMatchObject({ local: 'alice' });
});

test('an invitation gives its role, is used once, and both are told', async () => {
  const host = await testHost();
  await host.accounts.create(newMember('alice'));
  const { code } = await host.invites.create({ role: 'limited', typed: true });
  const told: string[] = [];
  host.hooks.on('account created', ({ account }) => told.push(account.local));
  host.hooks.on('invite used', (event) => told.push(event.code));
  const tries = await Promise.allSettled(
    ['bob', 'carol'].map((local) => host.accounts.create({ ...newMember(local), inviteCode: code.toLowerCase() })),
  );
  const [made] = tries.flatMap((tried): Account[] => (tried.status === 'fulfilled' ? [tried.value] : []));
  expect(made).toMatchObject({ role: 'limited' });
  expect(tries.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { condition: 'item-not-found' } });
  expect(told).toEqual([made?.local, code]);
  expect(host.invites.find(code)).toBeUndefined();
});

test('an invitation that was accepted in time is good after it expired', async () => {
  const host = await testHost();
  const { code } = await host.invites.create({ lifetimeMs: 1000 });
  const inviteAcceptedMs = host.clock.nowMs();
  host.clock.pass(2000);
  await expect(host.accounts.create({ ...newMember('bob'), inviteCode: code })).rejects.toEqual(
    refusal('item-not-found'),
  );
  await host.accounts.create({ ...newMember('bob'), inviteCode: code, inviteAcceptedMs });
  expect(host.accounts.find('bob')).toBeDefined();
});

test('an account that is removed leaves nothing, and its contacts are told while its roster is there', async () => {
  const host = await testHost();
  const account = await host.accounts.create(newMember('alice'));
  await host.contact(account, 'bob@b.test', 'both');
  await host.store.journal.commit(change('vcard set', { account: account.id, vcard: '<vCard/>' }));
  const clients = [host.client(account, 'phone'), host.client(account, 'laptop')];
  const seen: string[] = [];
  host.hooks.on('account removed', (event) => {
    seen.push(...host.roster.items(event.account).map(({ contact }) => contact));
  });
  await host.accounts.remove(account);
  expect(seen).toEqual(['bob@b.test']);
  expect(clients.map(({ closedWith }) => closedWith)).toEqual(['not-authorized', 'not-authorized']);
  expect(host.accounts.find('alice')).toBeUndefined();
  expect(host.store.extras.vcard(account.id)).toBeUndefined();
  expect(await host.accounts.create(newMember('alice'))).toMatchObject({ local: 'alice' });
});
