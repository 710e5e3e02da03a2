/** The panel of the box: the display, buttons and light that this machine has, with what they show and do. */
import type { Buttons } from '../../drivers/button/buttons.ts';
import { detectButtons, detectDisplay } from '../../drivers/detect.ts';
import type { Display } from '../../drivers/display/display.ts';
import { absentLed } from '../../drivers/led/absent.ts';
import { sysfsLed } from '../../drivers/led/sysfs.ts';
import { panelUrl } from '../reachability.ts';
import { displaySettings } from './display-settings.ts';
import { type FactSources, Facts } from './facts.ts';
import { PanelController, type PanelOptions } from './panel-controller.ts';

export type PanelParts = FactSources & Pick<PanelOptions, 'log' | 'powerOff' | 'factoryReset'>;

export interface Panel {
  display: Display;
  buttons: Buttons;
  controller: PanelController;
}

/** Looks for the hardware; starts nothing yet. */
export async function buildPanel(parts: PanelParts): Promise<Panel> {
  const { config, clock, log, addresses, running, powerOff, factoryReset } = parts;
  const { language, led, buttons: pins } = config.panel;
  const { display } = await detectDisplay(displaySettings(config.panel), { clock, log });
  const buttons = await detectButtons(pins, { clock, log });
  const facts = new Facts(parts);
  const controller = new PanelController({
    display,
    buttons,
    led: led === '' ? absentLed() : sysfsLed({ folder: `/sys/class/leds/${led}`, log }),
    clock,
    log,
    language,
    oneButton: pins.pair > 0 && pins.page === 0 && pins.power === 0,
    facts: () => facts.read(),
    urlFor: (code) => panelUrl(addresses.invitation(code) ?? ''),
    uriFor: (code) => running()?.host.invites.uri({ code }) ?? '',
    typeAt: () => addresses.webPlaces(),
    powerOff,
    factoryReset,
  });
  return { display, buttons, controller };
}
