import { describe, expect, it } from 'vitest';
import { WINDOW_MS } from '../../../firmware/pairing.ts';
import { render } from '../../../ui/panel/render.ts';
import { openPanel } from './kit.ts';

describe('the panel', () => {
  it('shows the boot page at once, and buttons do nothing yet', async () => {
    const { panel, pairing } = await openPanel();
    expect(panel.page).toBe('boot');
    expect(panel.frame().some((byte) => byte !== 0)).toBe(true);
    panel.press('pair', 0);
    expect(pairing.window).toBeUndefined();
  });

  it('says that nobody lives here; PAIR opens the window and counts its seconds down', async () => {
    const { panel, pairing, clock, windowChanges } = await openPanel();
    panel.ready(pairing);
    expect(panel.page).toBe('empty');
    const opened = windowChanges();
    panel.press('pair', 0);
    await opened;
    expect(panel.page).toBe('pairing');
    const { pairing: shown } = panel.snapshot();
    expect(shown).toMatchObject({
      code: pairing.window?.code,
      secondsLeft: 300,
      url: `HTTP://192.168.1.7:5280/J/${pairing.window?.code}`,
    });
    const before = panel.frame();
    clock.pass(1000);
    expect(panel.snapshot().pairing?.secondsLeft).toBe(299);
    expect(panel.frame()).not.toEqual(before);
    expect(panel.frame()).toEqual(render(panel.snapshot()));
    const closed = windowChanges();
    clock.pass(WINDOW_MS);
    await closed;
    expect(panel.page).toBe('empty');
  });

  it('greets who has moved in by name, for a while', async () => {
    const { panel, pairing, clock, facts } = await openPanel();
    panel.ready(pairing);
    facts.members = 1;
    panel.welcome('juliet', true);
    expect(panel.page).toBe('paired');
    expect(panel.snapshot().paired).toEqual({ name: 'juliet', administrator: true });
    clock.pass(60_000);
    expect(panel.page).toBe('home');
  });

  it('draws what changed, once for many changes of one moment', async () => {
    const { panel, pairing, clock, facts } = await openPanel();
    facts.members = 2;
    panel.ready(pairing);
    let pictures = 0;
    panel.onFrame(() => {
      pictures += 1;
    });
    for (let messages = 1; messages <= 10; messages++) {
      facts.messagesToday = messages;
      panel.changed();
    }
    clock.pass(200);
    expect(pictures).toBe(1);
    expect(panel.snapshot().messagesToday).toBe(10);
  });

  it('says that one may unplug only when everything has stopped', async () => {
    const { panel, pairing } = await openPanel();
    panel.ready(pairing);
    panel.goodbye('saving', 'safe');
    expect(panel.page).toBe('goodbye');
    expect(panel.snapshot().goodbye).toBe('saving');
    await panel.stop();
    expect(panel.snapshot().goodbye).toBe('safe');
  });
});
