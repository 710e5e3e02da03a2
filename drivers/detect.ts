import { access } from 'node:fs/promises';
import { absentButtons } from './button/absent.ts';
import type { Button, Buttons } from './button/buttons.ts';
import { findGpioBase } from './button/gpio-base.ts';
import { onoffLines } from './button/gpio-line.ts';
import { onoffButtons } from './button/onoff.ts';
import { simulatedButtons } from './button/simulated.ts';
import { absentDisplay } from './display/absent.ts';
import type { Display } from './display/display.ts';
import { pageDriver } from './display/page-driver.ts';
import { simulatedPanel } from './display/simulated.ts';
import type { SimulatedGlass } from './display/simulated-glass.ts';
import { describeError, type Environment } from './environment.ts';
import { hex, I2C_CAUSES, type I2cBus } from './i2c/bus.ts';
import { openI2cBus } from './i2c/i2c-bus.ts';

/** `[panel]` of casp3r.toml. */
export interface DisplaySettings {
  display: 'auto' | 'ssd1306' | 'sh1106' | 'simulated' | 'none';
  i2cBus: number;
  i2cAddress: number;
}

/** The machine's own devices; tests bring others. */
export interface Machine {
  openI2c(bus: number): Promise<I2cBus>;
  exists(path: string): Promise<boolean>;
  gpioSysfs: string;
}

export const thisMachine: Machine = {
  openI2c: openI2cBus,
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  gpioSysfs: '/sys/class/gpio',
};

/** `NOP` of both chips. */
const PROBE = Uint8Array.of(0x00, 0xe3);

/**
 * The display to use, not started yet; `glass` where it is simulated. `auto` takes an SSD1306 where one answers on the
 * bus (the chips cannot be told apart safely, so an SH1106 is named in the configuration) and simulates it otherwise.
 */
export async function detectDisplay(
  settings: DisplaySettings,
  environment: Environment,
  machine: Machine = thisMachine,
): Promise<{ display: Display; glass?: SimulatedGlass }> {
  if (settings.display === 'none') return { display: absentDisplay() };
  if (settings.display === 'simulated') return simulatedPanel(environment);
  const bus = `/dev/i2c-${settings.i2cBus}`;
  const where = `at ${hex(settings.i2cAddress)} on ${bus}`;
  if (settings.display === 'auto') {
    const found = await probe(settings, bus, machine);
    environment.log.info(
      { display: found.answers ? 'ssd1306' : 'simulated', found: found.detail },
      'looked for a panel',
    );
    if (!found.answers) return simulatedPanel(environment);
  }
  const display = pageDriver({
    chip: settings.display === 'sh1106' ? 'sh1106' : 'ssd1306',
    address: settings.i2cAddress,
    openBus: () => machine.openI2c(settings.i2cBus),
    where,
    ...environment,
  });
  return { display };
}

async function probe(
  { i2cBus, i2cAddress }: DisplaySettings,
  path: string,
  machine: Machine,
): Promise<{ answers: boolean; detail: string }> {
  if (!(await machine.exists(path))) return { answers: false, detail: `no ${path}` };
  const where = `at ${hex(i2cAddress)} on ${path}`;
  let bus: I2cBus | undefined;
  try {
    bus = await machine.openI2c(i2cBus);
    await bus.write(i2cAddress, PROBE);
    return { answers: true, detail: `a panel ${where}` };
  } catch (error) {
    return { answers: false, detail: `no panel ${where}: ${describeError(error, I2C_CAUSES)}` };
  } finally {
    await bus?.close().catch(() => {});
  }
}

/**
 * The buttons to use, not started yet: those on the pins of a Raspberry Pi where the kernel shows its header in sysfs,
 * simulated ones otherwise, none where the configuration gives every button pin 0.
 */
export async function detectButtons(
  pins: Readonly<Record<Button, number>>,
  environment: Environment,
  machine: Machine = thisMachine,
): Promise<Buttons> {
  if (Object.values(pins).every((pin) => pin === 0)) return absentButtons();
  const base = await findGpioBase(machine.gpioSysfs);
  if (base === undefined) return simulatedButtons();
  return onoffButtons({ pins, base, openLines: onoffLines, ...environment });
}
