import { access, readFile } from 'node:fs/promises';
import { absentButtons } from './button/absent.ts';
import type { Button, Buttons } from './button/buttons.ts';
import { evdevButtons } from './button/evdev.ts';
import { findGpioBase } from './button/gpio-base.ts';
import { findGpioKeys } from './button/gpio-keys.ts';
import { onoffLines } from './button/gpio-line.ts';
import { epollInputDevices } from './button/input-device.ts';
import { onoffButtons } from './button/onoff.ts';
import { simulatedButtons } from './button/simulated.ts';
import { absentDisplay } from './display/absent.ts';
import type { Display } from './display/display.ts';
import { laterPanel } from './display/later-panel.ts';
import { pageDriver } from './display/page-driver.ts';
import { type PanelModule, PROBE } from './display/panel-module.ts';
import { simulatedPanel } from './display/simulated.ts';
import type { SimulatedGlass } from './display/simulated-glass.ts';
import { describeError, type Environment } from './environment.ts';
import { hex, I2C_CAUSES, type I2cBus } from './i2c/bus.ts';
import { openI2cBus } from './i2c/i2c-bus.ts';

/** `[panel]` of casp3r.toml. */
export interface DisplaySettings extends Omit<PanelModule, 'chip'> {
  display: 'auto' | 'ssd1306' | 'sh1106' | 'simulated' | 'none';
  i2cBus: number;
  i2cAddress: number;
}

/** The machine's own devices; tests bring others. */
export interface Machine {
  openI2c(bus: number): Promise<I2cBus>;
  exists(path: string): Promise<boolean>;
  gpioSysfs: string;
  inputSysfs: string;
  /** What the board calls itself; empty where it does not say. */
  model(): Promise<string>;
}

const thisMachine: Machine = {
  openI2c: openI2cBus,
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  gpioSysfs: '/sys/class/gpio',
  inputSysfs: '/sys/class/input',
  model: () => readFile('/proc/device-tree/model', 'utf8').catch(() => ''),
};

/** Where these panels answer, by a resistor on their back. */
const USUAL_ADDRESSES = [0x3c, 0x3d];

/**
 * The display to use, not started yet; `glass` where it is simulated. `auto` takes an SSD1306 where one answers on the
 * bus, at the address of the settings or a usual one (the chips cannot be told apart safely, so an SH1106 is named in
 * the configuration), and simulates it until one does.
 */
export async function detectDisplay(
  settings: DisplaySettings,
  environment: Environment,
  machine: Machine = thisMachine,
): Promise<{ display: Display; glass?: SimulatedGlass }> {
  const { display, i2cAddress } = settings;
  if (display === 'none') return { display: absentDisplay() };
  if (display === 'simulated') return simulatedPanel(environment);
  if (display !== 'auto') return { display: panelAt(i2cAddress, settings, environment, machine) };
  const { log } = environment;
  const { address, detail } = await look(settings, machine);
  log.info({ display: address === undefined ? 'simulated' : 'ssd1306', found: detail }, 'looked for a panel');
  if (address !== undefined) return { display: panelAt(address, settings, environment, machine) };
  const { display: meanwhile, glass } = simulatedPanel(environment);
  const lookAgain = async () => {
    const found = await look(settings, machine);
    if (found.address === undefined) return undefined;
    log.info({ display: 'ssd1306', found: found.detail }, 'a panel was plugged in');
    return panelAt(found.address, settings, environment, machine);
  };
  return { display: laterPanel({ meanwhile, look: lookAgain, ...environment }), glass };
}

function panelAt(address: number, settings: DisplaySettings, environment: Environment, machine: Machine): Display {
  const { display, i2cBus, i2cAddress: _, ...module } = settings;
  const chip = display === 'sh1106' ? 'sh1106' : 'ssd1306';
  const where = `at ${hex(address)} on ${pathOf(i2cBus)}`;
  const openBus = () => machine.openI2c(i2cBus);
  return pageDriver({ module: { chip, ...module }, address, openBus, where, ...environment });
}

const pathOf = (bus: number) => `/dev/i2c-${bus}`;

async function look(
  { i2cBus, i2cAddress }: DisplaySettings,
  machine: Machine,
): Promise<{ address?: number; detail: string }> {
  const path = pathOf(i2cBus);
  if (!(await machine.exists(path))) return { detail: `no ${path}` };
  const addresses = [...new Set([i2cAddress, ...USUAL_ADDRESSES])];
  const causes = new Set<string>();
  for (const address of addresses) {
    const cause = await probe(address, () => machine.openI2c(i2cBus));
    if (cause === undefined) return { address, detail: `a panel at ${hex(address)} on ${path}` };
    causes.add(cause);
  }
  return { detail: `no panel at ${addresses.map(hex).join(' or ')} on ${path}: ${[...causes].join('; ')}` };
}

/** Undefined where something answers, else why not. */
async function probe(address: number, openBus: () => Promise<I2cBus>): Promise<string | undefined> {
  let bus: I2cBus | undefined;
  try {
    bus = await openBus();
    await bus.write(address, PROBE);
    return undefined;
  } catch (error) {
    return describeError(error, I2C_CAUSES);
  } finally {
    await bus?.close().catch(() => {});
  }
}

/**
 * The buttons to use, not started yet: those that the kernel's gpio-keys driver watches, where it was given any; those
 * on the pins of a Raspberry Pi where the kernel shows its header in sysfs; simulated ones otherwise; none where the
 * configuration gives every button pin 0.
 */
export async function detectButtons(
  pins: Readonly<Record<Button, number>>,
  environment: Environment,
  machine: Machine = thisMachine,
): Promise<Buttons> {
  if (Object.values(pins).every((pin) => pin === 0)) return absentButtons();
  const devices = await findGpioKeys(machine.inputSysfs);
  if (devices.length > 0) return evdevButtons({ devices, openDevices: epollInputDevices, ...environment });
  const base = await findGpioBase(machine.gpioSysfs);
  if (base !== undefined) return onoffButtons({ pins, base, openLines: onoffLines, ...environment });
  if (!(await machine.model()).startsWith('Raspberry Pi')) return simulatedButtons();
  const cause = 'this kernel has no GPIO in /sys/class/gpio, and no gpio-key is set in config.txt (docs/hardware.md)';
  environment.log.warn({ cause }, 'the buttons cannot be used; the box goes on');
  return simulatedButtons({ ok: false, detail: cause });
}
