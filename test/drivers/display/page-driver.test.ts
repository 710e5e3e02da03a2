import { describe, expect, test } from 'vitest';
import { type Display, FRAME_BYTES } from '../../../drivers/display/display.ts';
import { pageDriver } from '../../../drivers/display/page-driver.ts';
import type { PanelModule } from '../../../drivers/display/panel-module.ts';
import { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';
import { SimulatedBus } from '../../../drivers/i2c/simulated.ts';
import { settled, testEnvironment } from '../environment.ts';
import { Wire } from './wire.ts';

const ADDRESS = 0x3c;

/** A picture without any symmetry, another one for each seed. */
function picture(seed: number): Uint8Array {
  return Uint8Array.from({ length: FRAME_BYTES }, (_, i) => (i * 7 + (i >> 7) * 31 + seed * 13) & 0xff);
}

function rig(
  module: Partial<PanelModule> = {},
  { plugged = true, glass = new SimulatedGlass(module.chip) }: { plugged?: boolean; glass?: SimulatedGlass } = {},
) {
  const environment = testEnvironment();
  const bus = new SimulatedBus();
  if (plugged) bus.plug(ADDRESS, glass);
  const wire = new Wire(bus.open);
  const display: Display = pageDriver({
    module: { chip: 'ssd1306', ...module },
    address: ADDRESS,
    openBus: wire.open,
    where: 'at 0x3c on /dev/i2c-1',
    ...environment,
  });
  return { ...environment, bus, glass, wire, display };
}

describe('pictures', () => {
  test.each(['ssd1306', 'sh1106'] as const)('reach the glass of an %s pixel for pixel', async (chip) => {
    const { display, glass } = rig({ chip });
    display.show(picture(1));
    await display.start();
    expect(glass.frame()).toEqual(picture(1));
    expect(glass.unknown).toEqual([]);

    display.show(picture(2));
    await settled();
    expect(glass.frame()).toEqual(picture(2));
    expect(display.state()).toEqual({ ok: true, detail: `${chip} at 0x3c on /dev/i2c-1` });
  });

  test('send only the pages that changed', async () => {
    const { display, glass, wire } = rig();
    await display.start();
    wire.messages = [];

    const frame = new Uint8Array(FRAME_BYTES);
    frame[3 * 128 + 5] = 0x10;
    display.show(frame);
    await settled();
    expect(wire.pages).toHaveLength(1);
    expect(wire.messages[0]).toEqual(Uint8Array.of(0x00, 0xb3, 0x00, 0x10));
    expect(glass.frame()).toEqual(frame);

    display.show(frame.slice());
    await settled();
    expect(wire.pages).toHaveLength(1);

    frame[7 * 128] = 0x01;
    display.show(frame);
    await settled();
    expect(wire.pages).toHaveLength(2);
    expect(glass.frame()).toEqual(frame);
  });

  test('never queue: after a slow bus only the newest one is sent', async () => {
    const { display, glass, wire } = rig();
    await display.start();
    wire.messages = [];
    wire.hold();
    for (let seed = 1; seed <= 50; seed++) display.show(picture(seed));
    await settled();
    wire.release();
    await settled();
    expect(glass.frame()).toEqual(picture(50));
    // The page that was on its way when the others came, and the eight of the last one.
    expect(wire.pages.length).toBeLessThanOrEqual(9);
  });

  test('are copied: the caller may draw on', async () => {
    const { display, glass } = rig();
    const frame = picture(1);
    display.show(frame);
    frame.fill(0);
    await display.start();
    expect(glass.frame()).toEqual(picture(1));
  });

  test('of another size are turned down', () => {
    expect(() => rig().display.show(new Uint8Array(10))).toThrow(/a frame has 1024 bytes, this one 10/);
  });

  test('never let the noise be seen that memory holds when the power comes', async () => {
    const { display, glass } = rig();
    const dark = new Uint8Array(FRAME_BYTES);
    const seen: Uint8Array[] = [];
    glass.onChange(() => seen.push(glass.frame()));
    display.show(picture(1));
    await display.start();
    for (const frame of seen) expect([dark, picture(1)]).toContainEqual(frame);
  });
});

/** As a person sees it who stands on the head. */
function upsideDown(frame: Uint8Array): Uint8Array {
  const turned = new Uint8Array(FRAME_BYTES);
  for (let i = 0; i < FRAME_BYTES; i++) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) if ((frame[FRAME_BYTES - 1 - i] ?? 0) & (1 << bit)) byte |= 0x80 >> bit;
    turned[i] = byte;
  }
  return turned;
}

describe('a module', () => {
  test.each([0, 2, 4])(
    'whose glass begins at column %i shows the whole picture, either way up',
    async (columnOffset) => {
      for (const rotation of [0, 180] as const) {
        const glass = new SimulatedGlass('sh1106', columnOffset);
        const { display } = rig({ chip: 'sh1106', columnOffset, rotation }, { glass });
        display.show(picture(1));
        await display.start();
        expect(glass.frame()).toEqual(rotation === 0 ? picture(1) : upsideDown(picture(1)));
      }
    },
  );

  test('that is mounted upside down shows it upright', async () => {
    const { display, glass } = rig({ rotation: 180 });
    display.show(picture(3));
    await display.start();
    expect(upsideDown(glass.frame())).toEqual(picture(3));
  });

  test('that is inverted shows the picture the other way round', async () => {
    const { display, glass } = rig({ inverted: true });
    display.show(picture(3));
    await display.start();
    expect(glass.frame()).toEqual(picture(3).map((byte) => byte ^ 0xff));
  });

  test('shines as brightly as it was told to, and dims from there', async () => {
    const { display, glass } = rig({ contrast: 0x30 });
    await display.start();
    expect(glass.contrast).toBe(0x30);
    display.brightness('dim');
    await settled();
    expect(glass.contrast).toBeLessThan(0x30);
  });
});

describe('brightness', () => {
  test('goes down, out and up again, and keeps the picture', async () => {
    const { display, glass } = rig();
    display.show(picture(1));
    await display.start();
    const full = glass.contrast;
    display.brightness('dim');
    await settled();
    expect(glass.contrast).toBeLessThan(full);
    display.brightness('off');
    await settled();
    expect(glass.lit).toBe(false);
    display.brightness('full');
    await settled();
    expect(glass.contrast).toBe(full);
    expect(glass.frame()).toEqual(picture(1));
  });
});

describe('trouble', () => {
  test('a panel that is pulled out and comes back shows the present picture within 5 seconds', async () => {
    const { display, glass, bus, wire, clock, lines } = rig();
    display.show(picture(1));
    await display.start();

    bus.unplug(ADDRESS);
    display.show(picture(2));
    await settled();
    expect(display.state()).toEqual({
      ok: false,
      detail: 'ssd1306 at 0x3c on /dev/i2c-1: nothing answers (EREMOTEIO)',
    });
    await clock.advance(60_000);
    display.show(picture(3));

    glass.powerCycle();
    bus.plug(ADDRESS, glass);
    await clock.advance(4_500);
    expect(glass.frame()).toEqual(picture(3));
    expect(display.state().ok).toBe(true);
    expect(wire.opened).toBeGreaterThan(2);
    expect(wire.closed).toBe(wire.opened - 1);
    expect(lines.map(({ level }) => level)).toEqual(['info', 'warn', 'info']);
  });

  test('tries again at growing distances, and not in between', async () => {
    const { display, wire, clock } = rig({}, { plugged: false });
    await display.start();
    expect(wire.opened).toBe(1);
    display.show(picture(1));
    await settled();
    expect(wire.opened).toBe(1);
    await clock.advance(250 + 500 + 1_000);
    expect(wire.opened).toBe(4);
    await clock.advance(1_999);
    expect(wire.opened).toBe(4);
    await clock.advance(1);
    expect(wire.opened).toBe(5);
    await clock.advance(8_000);
    expect(wire.opened).toBe(7);
  });

  test('a bus that cannot be opened is a state, not an exception', async () => {
    const environment = testEnvironment();
    const display = pageDriver({
      module: { chip: 'sh1106' },
      address: ADDRESS,
      openBus: () => Promise.reject(new Error('the package i2c-bus is not installed')),
      where: 'at 0x3c on /dev/i2c-1',
      ...environment,
    });
    await display.start();
    expect(display.state()).toEqual({
      ok: false,
      detail: 'sh1106 at 0x3c on /dev/i2c-1: the package i2c-bus is not installed',
    });
    await display.stop();
    expect(environment.clock.pending).toBe(0);
  });

  test('a panel that is pulled out while nothing is drawn is missed, and shows the picture when it comes back', async () => {
    const { display, glass, bus, clock } = rig();
    display.show(picture(1));
    await display.start();
    bus.unplug(ADDRESS);
    await clock.advance(2_000);
    expect(display.state().ok).toBe(false);
    await clock.advance(20_000);
    glass.powerCycle();
    bus.plug(ADDRESS, glass);
    await clock.advance(4_500);
    expect(glass.frame()).toEqual(picture(1));
  });

  test('a panel that was reset unseen is lit again within a minute, and one that was not never blinks', async () => {
    const { display, glass, clock } = rig();
    display.show(picture(1));
    await display.start();
    let dark = false;
    glass.onChange(() => {
      dark ||= !glass.lit;
    });
    await clock.advance(60_000);
    expect(dark).toBe(false);

    glass.powerCycle();
    expect(glass.lit).toBe(false);
    await clock.advance(62_000);
    expect(glass.frame()).toEqual(picture(1));
  });
});

describe('the end', () => {
  test('the last picture is sent and stays, the bus is free, no timer is left', async () => {
    const { display, glass, wire, clock } = rig();
    await display.start();
    display.show(picture(9));
    await display.stop();
    expect(glass.frame()).toEqual(picture(9));
    expect(glass.lit).toBe(true);
    expect(wire.closed).toBe(wire.opened);
    expect(clock.pending).toBe(0);
    display.show(picture(10));
    await settled();
    expect(glass.frame()).toEqual(picture(9));
  });

  test('it can be started again', async () => {
    const { display, glass } = rig();
    await display.start();
    await display.stop();
    display.show(picture(4));
    glass.powerCycle();
    await display.start();
    expect(glass.frame()).toEqual(picture(4));
  });
});
