import { expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { normaliseCode, typedCode } from '../../../xmpp/access/invite-code.ts';
import { testHost } from '../extensions/harness.ts';

test('a typed code is eight characters of an alphabet without look-alikes', async () => {
  const { invites } = await testHost();
  const { code } = await invites.create({ typed: true });
  expect(code).toMatch(/^[2-9ACDEFGHJKMNPQRTVWXY]{8}$/);
});

test('every character of a typed code is as likely as every other', () => {
  let next = 0;
  const everyByteInTurn = () => Buffer.of(next++ % 256);
  const counts = new Map<string, number>();
  for (let made = 0; made < 243; made += 1) {
    for (const character of typedCode(everyByteInTurn)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect([...counts.values()]).toEqual(Array.from({ length: 27 }, () => 72));
});

test('a link holds 128 random bits', async () => {
  const { invites } = await testHost();
  const [one, other] = [await invites.create(), await invites.create()];
  expect(one.code).toMatch(/^[0-9A-F]{32}$/);
  expect(one.code).not.toBe(other.code);
  expect(invites.uri(one)).toBe(`xmpp:casp3r.local?register;preauth=${one.code}`);
});

test('case, spaces and hyphens do not matter', async () => {
  const { invites } = await testHost();
  const invite = await invites.create({ typed: true });
  const typed = ` ${invite.code.slice(0, 4).toLowerCase()} \u2013 ${invite.code.slice(4)}`;
  expect(invites.find(typed)).toEqual(invite);
  expect(normaliseCode('ab-cd 23')).toBe('ABCD23');
  expect(invites.find('')).toBeUndefined();
  expect(invites.find('x'.repeat(100_000))).toBeUndefined();
});

test('it ends with its time', async () => {
  const { invites, clock } = await testHost();
  const invite = await invites.create({ lifetimeMs: 300_000 });
  clock.pass(299_999);
  expect(invites.find(invite.code)).toEqual(invite);
  clock.pass(1);
  expect(invites.find(invite.code)).toBeUndefined();
  expect(invites.list()).toEqual([invite]);
});

test('it lasts a week for one use as a member unless it says otherwise', async () => {
  const { invites, clock } = await testHost();
  const invite = await invites.create();
  expect(invite).toMatchObject({ role: 'member', uses: 1, usesLeft: 1, expiresMs: clock.nowMs() + 7 * 86_400_000 });
});

test('it ends with its last use', async () => {
  const { invites, accounts } = await testHost();
  const { code } = await invites.create({ uses: 2 });
  for (const [local, left] of [
    ['alice', 1],
    ['bob', undefined],
  ] as const) {
    await accounts.create({ local, password: 'correct horse', role: 'member', inviteCode: code });
    expect(invites.find(code)?.usesLeft).toBe(left);
  }
});

test('it can be taken back', async () => {
  const { invites } = await testHost();
  const { code } = await invites.create({ typed: true });
  expect(await invites.revoke(code.toLowerCase())).toBe(true);
  expect(invites.find(code)).toBeUndefined();
  expect(await invites.revoke(code)).toBe(false);
});

test.each([{ uses: 0 }, { uses: 1.5 }, { lifetimeMs: 0 }, { lifetimeMs: Number.NaN }])('%j is refused', async (bad) => {
  const { invites } = await testHost();
  await expect(invites.create(bad)).rejects.toThrow(RangeError);
});

test("a member's own is good only as long as the member may invite; one that the owner made with them goes on", async () => {
  const host = await testHost();
  const { invites } = host;
  const alice = await host.member('alice');
  const own = await invites.create({ createdBy: alice, own: true, befriends: true });
  const contact = await invites.create({ createdBy: alice, own: true, befriends: true, registers: false });
  const owners = await invites.create({ createdBy: alice, befriends: true, by: COMMAND_LINE });
  const good = () => [own, contact, owners].map(({ code }) => invites.find(code) !== undefined);
  expect(good()).toEqual([true, true, true]);
  await host.configure({ mode: 'private' });
  expect(good()).toEqual([false, true, true]);
  await host.configure({ mode: 'family', registration: 'closed' });
  expect(good()).toEqual([false, true, true]);
  await host.configure({ registration: 'invite' });
  await host.accounts.setRole(alice, 'limited');
  expect(good()).toEqual([false, false, true]);
  await host.accounts.setStatus(alice, 'disabled');
  expect(good()).toEqual([false, false, false]);
});
