/** A panel on simulated glass, with hands on its buttons, on a box whose time only the test lets pass. */
import { onTestFinished } from 'vitest';
import { ButtonListeners } from '../../../drivers/button/listeners.ts';
import { simulatedButtons } from '../../../drivers/button/simulated.ts';
import { pageDriver } from '../../../drivers/display/page-driver.ts';
import { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';
import { SimulatedBus } from '../../../drivers/i2c/simulated.ts';
import { absentLed } from '../../../drivers/led/absent.ts';
import { Pairing } from '../../../firmware/pairing.ts';
import { PanelController } from '../../../firmware/panel/panel-controller.ts';
import type { PanelFacts } from '../../../firmware/panel/scene.ts';
import { silentLog } from '../../xmpp/extensions/harness.ts';
import { openHome } from '../home.ts';

export async function openPanel(kind: 'ssd1306' | 'simulated' = 'simulated', { oneButton = false } = {}) {
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
  const blinks: string[] = [];
  const brightness = display.brightness.bind(display);
  display.brightness = (level) => {
    lights.push(level);
    brightness(level);
  };
  const sent: Uint8Array[] = [];
  const show = display.show.bind(display);
  display.show = (frame) => {
    sent.push(Uint8Array.from(frame));
    show(frame);
  };
  const hands = new ButtonListeners();
  const buttons = { ...simulatedButtons(), ...hands.face };
  const facts: PanelFacts = {
    version: '0.1.0',
    name: 'home.test',
    domain: 'home.test',
    addresses: ['192.168.1.7'],
    webAddress: '192.168.1.7:5280',
    lanName: 'home.local',
    members: 0,
    online: 0,
    onlineNames: [],
    invitations: 0,
    federation: { mode: 'family', servers: 0, names: [], unreached: 0 },
    messagesToday: 0,
    uptimeSeconds: 0,
    trouble: [],
  };
  let off = 0;
  let resets = 0;
  const panel = new PanelController({
    display,
    buttons,
    clock,
    log: silentLog,
    facts: () => facts,
    language: 'en',
    led: { ...absentLed(), show: (pattern) => void blinks.push(pattern) },
    oneButton,
    uriFor: (code) => host.invites.uri({ code }),
    factoryReset: () => {
      resets += 1;
    },
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
  return {
    panel,
    pairing,
    clock,
    hands,
    facts,
    lights,
    blinks,
    windowChanges,
    host,
    sent,
    offs: () => off,
    resets: () => resets,
  };
}
