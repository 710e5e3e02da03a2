import { describe, expect, it, onTestFinished } from 'vitest';
import { ButtonListeners } from '../../drivers/button/listeners.ts';
import { simulatedButtons } from '../../drivers/button/simulated.ts';
import { pageDriver } from '../../drivers/display/page-driver.ts';
import { SimulatedGlass } from '../../drivers/display/simulated-glass.ts';
import { SimulatedBus } from '../../drivers/i2c/simulated.ts';
import { Pairing, WINDOW_MS } from '../../firmware/pairing.ts';
import { PanelController, type PanelFacts } from '../../firmware/panel-controller.ts';
import { render } from '../../ui/panel/render.ts';
import { silentLog } from '../xmpp/extensions/harness.ts';
import { openHome } from './home.ts';

async function openPanel(kind: 'ssd1306' | 'simulated' = 'simulated') {
  const { host, clock } = await openHome();
  const bus = new SimulatedBus();
  bus.plug(0x3c, new SimulatedGlass('ssd1306'));
  const display = pageDriver({
    module: { chip: 'ssd1306' },
    address: 0x3c,
    openBus: bus.open,
    where: 'memory',
    clock,
    log: silentLog,
    ...(kind === 'simulated' && { kind }),
  });
  const lights: string[] = [];
  const brightness = display.brightness.bind(display);
  display.brightness = (level) => {
    lights.push(level);
    brightness(level);
  };
  const hands = new ButtonListeners();
  const buttons = { ...simulatedButtons(), ...hands.face };
  const facts: PanelFacts = {
    version: '0.1.0',
    name: 'home.test',
    domain: 'home.test',
    addresses: ['192.168.1.7'],
    webAddress: '192.168.1.7:5280',
    members: 0,
    online: 0,
    messagesToday: 0,
    uptimeSeconds: 0,
    trouble: [],
  };
  let off = 0;
  const panel = new PanelController({
    display,
    buttons,
    clock,
    log: silentLog,
    facts: () => facts,
    urlFor: (code) => `HTTP://192.168.1.7:5280/J/${code}`,
    typeAt: () => ['192.168.1.7:5280'],
    powerOff: () => {
      off += 1;
    },
  });
  const changed: (() => void)[] = [];
  const pairing = new Pairing({
    invites: host.invites,
    clock,
    log: silentLog,
    onChange: () => {
      panel.refresh();
      for (const tell of changed.splice(0)) tell();
    },
  });
  const windowChanges = () => new Promise<void>((resolve) => changed.push(resolve));
  await panel.start();
  onTestFinished(() => panel.stop());
  return { panel, pairing, clock, hands, facts, lights, windowChanges, offs: () => off };
}

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
    expect(panel.page).toBe('status');
  });

  it('PAGE goes round, and the panel goes home by itself', async () => {
    const { panel, pairing, clock, facts } = await openPanel();
    panel.ready(pairing);
    facts.members = 2;
    panel.refresh();
    panel.press('page', 0);
    expect(panel.page).toBe('network');
    panel.press('page', 0);
    expect(panel.page).toBe('status');
    panel.press('page', 0);
    clock.pass(30_000);
    expect(panel.page).toBe('status');
  });

  it('trouble comes first, and stays in the round', async () => {
    const { panel, pairing, facts } = await openPanel();
    facts.trouble = ['The disk is full.'];
    panel.ready(pairing);
    expect(panel.page).toBe('trouble');
    panel.press('page', 0);
    expect(panel.page).toBe('network');
  });

  it('POWER ends the box only when it is held for three seconds', async () => {
    const { panel, pairing, clock, offs } = await openPanel();
    panel.ready(pairing);
    panel.press('power', 2999);
    expect(offs()).toBe(0);
    panel.press('power', 3000);
    expect(offs()).toBe(1);
    clock.pass(10_000);
    expect(offs()).toBe(1);
  });

  it('POWER that is held on ends the box after three seconds, and once only', async () => {
    const { panel, pairing, clock, hands, offs } = await openPanel();
    panel.ready(pairing);
    hands.down('power');
    clock.pass(2999);
    expect(offs()).toBe(0);
    clock.pass(1);
    expect(offs()).toBe(1);
    hands.up('power', 4000);
    expect(offs()).toBe(1);
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
    panel.goodbye();
    expect(panel.page).toBe('goodbye');
    expect(panel.snapshot().safeToUnplug).toBe(false);
    await panel.stop();
    expect(panel.snapshot().safeToUnplug).toBe(true);
  });

  it('of glass dims, goes dark, and the press that wakes it does nothing else', async () => {
    const { panel, pairing, clock, facts, lights } = await openPanel('ssd1306');
    facts.members = 1;
    panel.ready(pairing);
    clock.pass(2 * 60_000);
    clock.pass(15 * 60_000);
    expect(lights).toEqual(['dim', 'off']);
    panel.press('pair', 0);
    expect(lights.at(-1)).toBe('full');
    panel.press('page', 0);
    expect(panel.page).toBe('network');
    await pairing.stop();
    expect(pairing.window).toBeUndefined();
  });
});
