import { describe, expect, it } from 'vitest';
import { PAGE_INVITATION_MS, Pairing, WINDOW_MS, WRONG_CODES } from '../../firmware/pairing.ts';
import { silentLog } from '../xmpp/extensions/harness.ts';
import { openHome } from './home.ts';

async function openPairing() {
  const home = await openHome();
  const { host, clock } = home;
  let changes = 0;
  const pairing = new Pairing({
    invites: host.invites,
    clock,
    log: silentLog,
    onChange: () => {
      changes += 1;
    },
  });
  host.hooks.on('invite used', ({ code }) => void pairing.used(code));
  /** The code of the window that is open. */
  const code = () => pairing.window?.code ?? '';
  const moveIn = (local: string, inviteCode: string) =>
    host.accounts.create({ local, password: 'correct horse', role: 'member', inviteCode });
  return { ...home, pairing, code, moveIn, changes: () => changes };
}

describe('the pairing window', () => {
  it('opens by a press, with a code of eight characters that lasts five minutes', async () => {
    const { pairing, host, clock, code, changes } = await openPairing();
    expect(pairing.window).toBeUndefined();
    await pairing.press();
    expect(code()).toMatch(/^[2-9A-Z]{8}$/);
    expect(pairing.window?.closesAtMs).toBe(clock.nowMs() + 5 * 60_000);
    expect(host.invites.find(code())).toMatchObject({ usesLeft: 1, role: 'member' });
    expect(changes()).toBe(1);
  });

  it('closes by itself after five minutes, and its code is no good then', async () => {
    const { pairing, host, clock, code, changes } = await openPairing();
    await pairing.press();
    const old = code();
    clock.pass(WINDOW_MS - 1);
    expect(pairing.window).toBeDefined();
    clock.pass(1);
    await pairing.stop();
    expect(pairing.window).toBeUndefined();
    expect(host.invites.find(old)).toBeUndefined();
    expect(changes()).toBe(2);
  });

  it('closes on a second press, which takes back the page’s invitation as well', async () => {
    const { pairing, host, code } = await openPairing();
    await pairing.press();
    const old = code();
    const page = await pairing.invitationFor(old);
    await pairing.press();
    expect(pairing.window).toBeUndefined();
    expect(host.invites.find(old)).toBeUndefined();
    expect(host.invites.find(page?.code ?? '')).toBeUndefined();
  });

  it('two presses at the same moment open and close', async () => {
    const { pairing, host } = await openPairing();
    await Promise.all([pairing.press(), pairing.press()]);
    expect(pairing.window).toBeUndefined();
    expect(host.invites.list().filter((invite) => host.invites.find(invite.code))).toEqual([]);
  });

  it('closes when its code has made an account, which also ends the page’s invitation', async () => {
    const { pairing, host, code, moveIn } = await openPairing();
    await pairing.press();
    const page = await pairing.invitationFor(code());
    await moveIn('juliet', code());
    await pairing.stop();
    expect(pairing.window).toBeUndefined();
    expect(host.invites.find(page?.code ?? '')).toBeUndefined();
  });

  it('closes when the page’s invitation has made an account', async () => {
    const { pairing, host, code, moveIn } = await openPairing();
    await pairing.press();
    const old = code();
    await moveIn('juliet', (await pairing.invitationFor(old))?.code ?? '');
    await pairing.stop();
    expect(pairing.window).toBeUndefined();
    expect(host.invites.find(old)).toBeUndefined();
  });

  it('stays open when another invitation was used', async () => {
    const { pairing, host, moveIn } = await openPairing();
    await pairing.press();
    await moveIn('romeo', (await host.invites.create()).code);
    await pairing.used('SOMETHING');
    expect(pairing.window).toBeDefined();
  });

  it('closes after twenty wrong codes, but the page’s invitation, which nobody can guess, goes on', async () => {
    const { pairing, host, code } = await openPairing();
    await pairing.press();
    const old = code();
    const page = await pairing.invitationFor(old);
    for (let tries = 1; tries < WRONG_CODES; tries++) pairing.wrongCode();
    expect(pairing.window).toBeDefined();
    pairing.wrongCode();
    await pairing.stop();
    expect(pairing.window).toBeUndefined();
    expect(host.invites.find(old)).toBeUndefined();
    expect(host.invites.find(page?.code ?? '')).toBeDefined();
  });

  it('counts wrong codes anew in each window, and none while it is closed', async () => {
    const { pairing } = await openPairing();
    for (let tries = 0; tries < 2 * WRONG_CODES; tries++) pairing.wrongCode();
    await pairing.press();
    for (let tries = 1; tries < WRONG_CODES; tries++) pairing.wrongCode();
    expect(pairing.window).toBeDefined();
  });
});

describe('the page of the window’s code', () => {
  it('has one invitation of its own, that outlives the window by the time it takes to fetch an app', async () => {
    const { pairing, host, clock, code } = await openPairing();
    await pairing.press();
    const [first, second] = await Promise.all([pairing.invitationFor(code()), pairing.invitationFor(code())]);
    expect(first?.code).toBe(second?.code);
    expect(first?.code).not.toBe(code());
    expect(first?.code.length).toBeGreaterThan(20);
    clock.pass(WINDOW_MS);
    expect(host.invites.find(first?.code ?? '')).toBeDefined();
    clock.pass(PAGE_INVITATION_MS - WINDOW_MS);
    expect(host.invites.find(first?.code ?? '')).toBeUndefined();
  });

  it('any other invitation is its own', async () => {
    const { pairing, host } = await openPairing();
    const invite = await host.invites.create();
    expect(await pairing.invitationFor(invite.code)).toEqual(invite);
    expect(await pairing.invitationFor('NOTACODE')).toBeUndefined();
  });
});
