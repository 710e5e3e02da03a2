import { describe, expect, it } from 'vitest';
import { BUTTONS, type Button } from '../../../drivers/button/buttons.ts';
import type { PanelPage } from '../../../ui/panel/snapshot.ts';
import { openPanel } from './kit.ts';

type Kit = Awaited<ReturnType<typeof openPanel>>;

/** A panel of a box with two members. */
async function openLivedIn(...args: Parameters<typeof openPanel>): Promise<Kit> {
  const kit = await openPanel(...args);
  kit.facts.members = 2;
  kit.panel.ready(kit.pairing);
  return kit;
}

function hold({ hands, clock }: Kit, button: Button, heldMs: number): void {
  hands.down(button);
  clock.pass(heldMs);
  hands.up(button, heldMs);
}

/** Lets what waits for the disk or for an answer go on. */
const settled = (kit: Kit) => kit.windowChanges();

describe('PAGE', () => {
  it('goes round all pages, and the panel goes home by itself', async () => {
    const { panel, clock } = await openLivedIn();
    const seen: PanelPage[] = [];
    for (let i = 0; i < 6; i++) {
      panel.press('page', 0);
      seen.push(panel.page);
    }
    expect(seen).toEqual(['network', 'people', 'storage', 'federation', 'home', 'network']);
    clock.pass(30_000);
    expect(panel.page).toBe('home');
  });

  it('shows trouble and updates only where there are some', async () => {
    const { panel, facts } = await openLivedIn();
    facts.trouble = [{ kind: 'offline' }];
    facts.update = '0.2.0';
    const seen = Array.from({ length: 7 }, () => {
      panel.press('page', 0);
      return panel.page;
    });
    expect(seen).toEqual(['network', 'people', 'storage', 'federation', 'update', 'trouble', 'home']);
  });

  it('shows the code for apps while the window is open, for as long as it is; the window comes back after other pages', async () => {
    const kit = await openLivedIn();
    const { panel, pairing, clock } = kit;
    let changed = settled(kit);
    panel.press('pair', 0);
    await changed;
    panel.press('page', 0);
    expect(panel.page).toBe('pairing-app');
    expect(panel.snapshot().pairing?.uri).toBe(`xmpp:home.test?register;preauth=${pairing.window?.code}`);
    clock.pass(60_000);
    expect(panel.page).toBe('pairing-app');
    panel.press('page', 0);
    expect(panel.page).toBe('home');
    clock.pass(30_000);
    expect(panel.page).toBe('pairing');
    panel.press('page', 0);
    changed = settled(kit);
    panel.press('pair', 0);
    await changed;
    expect(pairing.window).toBeUndefined();
    expect(panel.page).toBe('home');
  });

  it('held goes home, and so does a press of POWER', async () => {
    const kit = await openLivedIn();
    for (const back of [() => hold(kit, 'page', 900), () => kit.panel.press('power', 0)]) {
      kit.panel.press('page', 0);
      expect(kit.panel.page).toBe('network');
      back();
      expect(kit.panel.page).toBe('home');
    }
  });
});

describe('PAIR held', () => {
  it('asks first; then the window makes an administrator, on its page too', async () => {
    const kit = await openLivedIn();
    const { panel, pairing, host } = kit;
    hold(kit, 'pair', 800);
    expect(panel.page).toBe('confirm');
    expect(panel.snapshot().request).toEqual({ kind: 'administrator', secondsLeft: 30 });
    expect(pairing.window).toBeUndefined();
    const opened = settled(kit);
    panel.press('pair', 0);
    await opened;
    expect(panel.page).toBe('pairing');
    const code = pairing.window?.code ?? '';
    expect(host.invites.find(code)?.role).toBe('administrator');
    expect((await pairing.invitationFor(code))?.role).toBe('administrator');
  });

  it.each<[string, (kit: Kit) => void]>([
    ['PAGE', ({ panel }) => panel.press('page', 0)],
    ['POWER', ({ panel }) => panel.press('power', 0)],
    ['nobody for 30 seconds', ({ clock }) => clock.pass(30_000)],
  ])('%s means no', async (_, refuse) => {
    const kit = await openLivedIn();
    const answer = kit.panel.ask('administrator');
    expect(kit.panel.page).toBe('confirm');
    refuse(kit);
    expect(await answer).toBe(false);
    expect(kit.panel.page).toBe('home');
    expect(kit.pairing.window).toBeUndefined();
  });

  it('takes the place of a window for members', async () => {
    const kit = await openLivedIn();
    const { panel, pairing, host } = kit;
    const opened = settled(kit);
    panel.press('pair', 0);
    await opened;
    const member = pairing.window?.code ?? '';
    hold(kit, 'pair', 800);
    panel.press('pair', 0);
    await expect.poll(() => pairing.window !== undefined && pairing.window.code !== member).toBe(true);
    expect(host.invites.find(member)).toBeUndefined();
    expect(host.invites.find(pairing.window?.code ?? '')?.role).toBe('administrator');
  });

  it('asks nothing on an empty box, whose first account is an administrator anyway', async () => {
    const kit = await openPanel();
    kit.panel.ready(kit.pairing);
    const opened = settled(kit);
    hold(kit, 'pair', 800);
    await opened;
    expect(kit.panel.page).toBe('pairing');
  });
});

describe('POWER', () => {
  it('held for 0.8 seconds ends the box while it is still down, and once only', async () => {
    const { clock, hands, offs } = await openLivedIn();
    hands.down('power');
    clock.pass(799);
    expect(offs()).toBe(0);
    clock.pass(1);
    expect(offs()).toBe(1);
    clock.pass(5000);
    hands.up('power', 5800);
    expect(offs()).toBe(1);
  });

  it('by a program counts as long as it says', async () => {
    const { panel, offs } = await openLivedIn();
    panel.press('power', 799);
    expect(offs()).toBe(0);
    panel.press('power', 800);
    expect(offs()).toBe(1);
  });
});

describe('two buttons held', () => {
  const pairs = BUTTONS.flatMap((one, i) => BUTTONS.slice(i + 1).map((other) => [one, other] as const));

  it.each(pairs)('%s and %s for 10 seconds reset the box, counting down on the glass', async (one, other) => {
    const { panel, clock, hands, resets, offs, pairing } = await openLivedIn();
    hands.down(one);
    clock.pass(100);
    hands.down(other);
    const seen: (number | undefined)[] = [];
    for (let second = 1; second < 10; second++) {
      clock.pass(1000);
      seen.push(panel.snapshot().request?.secondsLeft);
      expect(panel.page).toBe('confirm');
    }
    expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(resets()).toBe(0);
    clock.pass(1000);
    expect(resets()).toBe(1);
    clock.pass(20_000);
    expect([resets(), offs(), pairing.window]).toEqual([1, 0, undefined]);
  });

  it('do nothing once one of them is let go, however long the other is held on', async () => {
    const { panel, clock, hands, resets, offs } = await openLivedIn();
    hands.down('pair');
    hands.down('power');
    clock.pass(9_900);
    expect(panel.page).toBe('confirm');
    hands.up('pair', 9_900);
    expect(panel.page).toBe('home');
    clock.pass(20_000);
    hands.up('power', 30_000);
    expect([resets(), offs()]).toEqual([0, 0]);
  });

  it('do nothing where it is all three', async () => {
    const { panel, clock, hands, resets } = await openLivedIn();
    for (const button of BUTTONS) hands.down(button);
    clock.pass(12_000);
    expect(resets()).toBe(0);
    expect(panel.page).toBe('home');
  });
});

describe('a box with PAIR alone', () => {
  it('goes through its pages by presses, and opens and closes the window by long ones', async () => {
    const kit = await openLivedIn('simulated', { oneButton: true });
    const { panel, pairing } = kit;
    panel.press('pair', 0);
    expect(panel.page).toBe('network');
    expect(pairing.window).toBeUndefined();
    const opened = settled(kit);
    hold(kit, 'pair', 800);
    await opened;
    expect(panel.page).toBe('pairing');
    panel.press('pair', 0);
    expect(panel.page).toBe('pairing-app');
    const closed = settled(kit);
    hold(kit, 'pair', 800);
    await closed;
    expect(pairing.window).toBeUndefined();
  });

  it('says no to a question by a press, and yes by a long one', async () => {
    const kit = await openLivedIn('simulated', { oneButton: true });
    const no = kit.panel.ask('administrator');
    kit.panel.press('pair', 0);
    expect(await no).toBe(false);
    const yes = kit.panel.ask('administrator');
    hold(kit, 'pair', 800);
    expect(await yes).toBe(true);
    expect(kit.pairing.window).toBeUndefined();
  });
});
