import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findGpioBase } from '../../drivers/button/gpio-base.ts';
import { findGpioKeys } from '../../drivers/button/gpio-keys.ts';
import { detectButtons, detectDisplay, type Machine } from '../../drivers/detect.ts';
import { SimulatedGlass } from '../../drivers/display/simulated-glass.ts';
import { openI2cBus } from '../../drivers/i2c/i2c-bus.ts';
import { SimulatedBus } from '../../drivers/i2c/simulated.ts';
import { testEnvironment } from './environment.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'casp3r-gpio-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** /sys/class/gpio with these chips: label and base. */
function sysfs(name: string, chips: Record<string, [label: string, base: number]>): string {
  const root = join(folder, name);
  mkdirSync(root);
  writeFileSync(join(root, 'export'), '');
  for (const [chip, [label, base]] of Object.entries(chips)) {
    mkdirSync(join(root, chip));
    writeFileSync(join(root, chip, 'label'), `${label}\n`);
    writeFileSync(join(root, chip, 'base'), `${base}\n`);
  }
  return root;
}

function machine(changes: Partial<Machine> & { bus?: SimulatedBus } = {}): Machine {
  const { bus } = changes;
  return {
    openI2c: () => (bus ? bus.open() : Promise.reject(new Error('no such bus'))),
    exists: async (path) => bus !== undefined && path === '/dev/i2c-1',
    gpioSysfs: join(folder, 'nothing'),
    inputSysfs: join(folder, 'nothing'),
    model: async () => '',
    ...changes,
  };
}

const panel = { i2cBus: 1, i2cAddress: 0x3c };

describe('the display', () => {
  test('auto takes the panel that answers on the bus, and it shows', async () => {
    const bus = new SimulatedBus();
    const glass = new SimulatedGlass();
    bus.plug(0x3c, glass);
    const environment = testEnvironment();
    const found = await detectDisplay({ display: 'auto', ...panel }, environment, machine({ bus }));
    expect(found.display.kind).toBe('ssd1306');
    expect(found.glass).toBeUndefined();
    const frame = new Uint8Array(1024).fill(0x5a);
    found.display.show(frame);
    await found.display.start();
    expect(glass.frame()).toEqual(frame);
    expect(environment.lines[0]?.facts).toEqual({ display: 'ssd1306', found: 'a panel at 0x3c on /dev/i2c-1' });
  });

  test.each([0x3c, 0x3d, 0x2a])('auto finds the panel at %i', async (address) => {
    const bus = new SimulatedBus();
    const glass = new SimulatedGlass();
    bus.plug(address, glass);
    const environment = testEnvironment();
    const settings = { display: 'auto', i2cBus: 1, i2cAddress: address === 0x2a ? 0x2a : 0x3c } as const;
    const { display } = await detectDisplay(settings, environment, machine({ bus }));
    await display.start();
    expect(display.state()).toEqual({ ok: true, detail: `ssd1306 at 0x${address.toString(16)} on /dev/i2c-1` });
    expect(glass.lit).toBe(true);
    await display.stop();
  });

  test('how the module is built and mounted comes from the settings', async () => {
    const bus = new SimulatedBus();
    const glass = new SimulatedGlass('sh1106', 4);
    bus.plug(0x3c, glass);
    const settings = { display: 'sh1106', ...panel, columnOffset: 4, inverted: true } as const;
    const { display } = await detectDisplay(settings, testEnvironment(), machine({ bus }));
    await display.start();
    expect(glass.frame()).toEqual(new Uint8Array(1024).fill(0xff));
  });

  test('auto simulates one where nothing answers, and says so', async () => {
    const environment = testEnvironment();
    const found = await detectDisplay({ display: 'auto', ...panel }, environment, machine({ bus: new SimulatedBus() }));
    expect(found.display.kind).toBe('simulated');
    expect(environment.lines[0]?.facts).toEqual({
      display: 'simulated',
      found: 'no panel at 0x3c or 0x3d on /dev/i2c-1: nothing answers (EREMOTEIO)',
    });
  });

  test('auto goes over to a panel that is plugged in later, with the present picture, and looks no more', async () => {
    const bus = new SimulatedBus();
    const environment = testEnvironment();
    let looks = 0;
    const counted = machine({
      bus,
      openI2c: () => {
        looks += 1;
        return bus.open();
      },
    });
    const { display, glass: simulated } = await detectDisplay({ display: 'auto', ...panel }, environment, counted);
    const frame = new Uint8Array(1024).fill(0x3c);
    display.show(frame);
    await display.start();
    expect(simulated?.frame()).toEqual(frame);
    await environment.clock.advance(20_000);
    expect(display.kind).toBe('simulated');
    const glass = new SimulatedGlass();
    bus.plug(0x3d, glass);
    await environment.clock.advance(19_000);
    expect(display.kind).toBe('simulated');
    await environment.clock.advance(1000);
    await expect.poll(() => glass.frame()).toEqual(frame);
    expect(display.kind).toBe('ssd1306');
    expect(display.state()).toEqual({ ok: true, detail: 'ssd1306 at 0x3d on /dev/i2c-1' });
    expect(environment.lines.map(({ message }) => message)).toContain('a panel was plugged in');
    const before = looks;
    await environment.clock.advance(300_000);
    expect(looks).toBe(before);
    await display.stop();
    expect(environment.clock.pending).toBe(0);
  });

  test('auto simulates one where there is no bus; the simulated glass shows what the driver sends', async () => {
    const environment = testEnvironment();
    const { display, glass } = await detectDisplay({ display: 'auto', ...panel }, environment, machine());
    expect(environment.lines[0]?.facts.found).toBe('no /dev/i2c-1');
    const frame = new Uint8Array(1024).fill(0x21);
    display.show(frame);
    await display.start();
    expect(glass?.frame()).toEqual(frame);
    expect(glass?.unknown).toEqual([]);
  });

  test('what is named is taken, whether it answers or not', async () => {
    const environment = testEnvironment();
    const kinds = await Promise.all(
      (['ssd1306', 'sh1106', 'simulated', 'none'] as const).map(
        async (display) => (await detectDisplay({ display, ...panel }, environment, machine())).display.kind,
      ),
    );
    expect(kinds).toEqual(['ssd1306', 'sh1106', 'simulated', 'none']);
  });

  test('the real i2c-bus on a bus that is not there rejects', async () => {
    const open = async () => {
      const bus = await openI2cBus(250);
      await bus.write(0x3c, Uint8Array.of(0x00, 0xe3)).finally(() => bus.close());
    };
    await expect(open()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the buttons', () => {
  test.each([
    ['Pi 3', { gpiochip512: ['pinctrl-bcm2835', 512] }, 512],
    ['Pi 4, older kernel', { gpiochip0: ['pinctrl-bcm2711', 0], gpiochip504: ['raspberrypi-exp-gpio', 504] }, 0],
    ['Pi 5', { gpiochip512: ['gpio-brcmstb@107d508500', 512], gpiochip571: ['pinctrl-rp1', 571] }, 571],
    ['another board', { gpiochip0: ['INT34C5:00', 0] }, undefined],
  ] as [string, Record<string, [string, number]>, number | undefined][])('base of a %s', async (name, chips, base) => {
    expect(await findGpioBase(sysfs(name, chips))).toBe(base);
  });

  test('are those of the header where there is one, simulated elsewhere, none where the owner has none', async () => {
    const pins = { pair: 17, page: 27, power: 22 };
    const environment = testEnvironment();
    const pi = machine({ gpioSysfs: sysfs('header', { gpiochip512: ['pinctrl-bcm2711', 512] }) });
    expect((await detectButtons(pins, environment, pi)).kind).toBe('onoff');
    expect((await detectButtons(pins, environment, machine())).kind).toBe('simulated');
    expect((await detectButtons({ pair: 0, page: 0, power: 0 }, environment, pi)).kind).toBe('none');
  });

  test('are the keys of the kernel where it was given them, and never those of a keyboard', async () => {
    const pins = { pair: 17, page: 27, power: 22 };
    const input = join(folder, 'input');
    const keys = { event0: undefined, event1: '116', event2: '148-149', event10: '30,202' };
    for (const [event, list] of Object.entries(keys)) {
      mkdirSync(join(input, event, 'device', 'device'), { recursive: true });
      if (list) writeFileSync(join(input, event, 'device', 'device', 'keys'), `${list}\n`);
    }
    expect(await findGpioKeys(input)).toEqual([
      { path: '/dev/input/event10', buttons: ['power'] },
      { path: '/dev/input/event2', buttons: ['pair', 'page'] },
    ]);
    const gpioSysfs = sysfs('given away', { gpiochip512: ['pinctrl-bcm2711', 512] });
    const given = machine({ gpioSysfs, inputSysfs: input });
    expect((await detectButtons(pins, testEnvironment(), given)).kind).toBe('evdev');
  });

  test('of a Raspberry Pi whose kernel shows neither pins nor keys are missed in one line', async () => {
    const environment = testEnvironment();
    const pi = machine({ model: async () => 'Raspberry Pi 5 Model B Rev 1.0\0' });
    const buttons = await detectButtons({ pair: 17, page: 27, power: 22 }, environment, pi);
    expect(buttons.kind).toBe('simulated');
    expect(buttons.state()).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/no GPIO in .*docs\/hardware\.md/),
    });
    expect(environment.lines).toHaveLength(1);
  });

  test('simulated ones report what a program presses', async () => {
    const buttons = await detectButtons({ pair: 17, page: 27, power: 22 }, testEnvironment(), machine());
    const presses: unknown[] = [];
    const forget = buttons.onPress((button, heldMs) => presses.push([button, heldMs]));
    buttons.press('pair', 80);
    forget();
    buttons.press('page', 80);
    expect(presses).toEqual([['pair', 80]]);
  });
});
