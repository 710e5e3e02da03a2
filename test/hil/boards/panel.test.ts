import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';
import type { PanelShown } from '../../../firmware/commands/panel.ts';
import type { Status } from '../../../firmware/commands/status.ts';
import { Box } from '../../kit/box.ts';
import { Board, PI_4, PINS } from '../kit/board.ts';
import { isDark, scan, untilGlass, untilScanned } from '../kit/glass.ts';
import { describeHil } from '../kit/hil.ts';

const PATIENCE = { timeout: 20_000 };

describeHil('a Raspberry Pi with a panel and three buttons', () => {
  const board = new Board({ chips: [PI_4], i2c: 400_000 });
  const { wire, gpio } = board;
  const glass = new SimulatedGlass('ssd1306');
  let box: Box;

  const shown = async () => (await box.command('panel show')) as PanelShown;
  const status = async () => (await box.command('status')) as Status;
  /** Openings and closings of the pairing window so far: each press of PAIR makes one of the two. */
  const turns = () => box.log.match(/the pairing window is (open|closed)/g)?.length ?? 0;
  const untilTurns = (count: number) => vi.waitFor(() => expect(turns()).toBe(count), PATIENCE);
  /** What was pressed before a press of PAGE has had its effect once that one has: what did not come by then does not come. */
  const pageTurned = async () => {
    const { page } = await shown();
    await board.press('page');
    await vi.waitFor(async () => expect((await shown()).page).not.toBe(page), PATIENCE);
  };
  const untilLog = (text: string, from = 0) => vi.waitFor(() => expect(box.log.slice(from)).toContain(text), PATIENCE);
  /** What the box means to show is on the glass. */
  const untilShown = async () => {
    const { frame } = await shown();
    await untilGlass(glass, (each) => Buffer.from(each).toString('base64') === frame);
  };

  beforeAll(async () => {
    wire.plug(0x3c, glass);
    board.start();
    box = await Box.start({ 'panel.display': 'auto' }, undefined, board.launcher);
  });
  afterAll(async () => {
    await box?.dispose();
    board.stop();
  });

  test('finds both, and what it means to show is on the glass', async () => {
    await untilShown();
    expect(isDark(glass.frame())).toBe(false);
    expect(glass.unknown).toEqual([]);
    expect((await status()).panel).toMatchObject({
      display: 'ssd1306',
      detail: 'ssd1306 at 0x3c on /dev/i2c-1',
      buttons: 'pair on GPIO17, page on GPIO27, power on GPIO22',
    });
  });

  test('opens its door at a press of PAIR: the QR code on the glass leads in', async () => {
    await board.press('pair');
    const address = await untilScanned(glass);
    expect(address).toBe((await shown()).pairing?.url);
    const page = await fetch(address, { redirect: 'manual' });
    expect([page.status, page.headers.get('link')]).toEqual([200, expect.stringContaining('<xmpp:box.test')]);

    await board.press('pair');
    await untilTurns(2);
    await untilShown();
    expect(scan(glass.frame())).toBeUndefined();
  });

  test('takes bouncing contacts for one press, and a tap of a millisecond for one too', async () => {
    for (const level of [0, 1, 0, 1, 0] as const) {
      gpio?.set(PINS.pair, level);
      await sleep(2);
    }
    await sleep(100);
    for (const level of [1, 0, 1, 0, 1] as const) {
      gpio?.set(PINS.pair, level);
      await sleep(2);
    }
    await untilTurns(3);
    await pageTurned();
    expect(turns()).toBe(3);

    gpio?.set(PINS.pair, 0);
    gpio?.set(PINS.pair, 1);
    await untilTurns(4);
    await pageTurned();
    expect(turns()).toBe(4);
  });

  test('misses no press while a slow bus is busy with pictures', async () => {
    wire.hz = 100_000;
    const before = turns();
    for (let i = 0; i < 6; i++) await board.press('pair', 40);
    await untilTurns(before + 6);
    wire.hz = 400_000;
    await untilShown();
  });

  test('goes on without the panel, says so, and shows the present page when it is plugged in again', async () => {
    const logged = box.log.length;
    wire.unplug(0x3c);
    await untilLog('nothing answers (EREMOTEIO)', logged);
    expect((await status()).panel.detail).toBe('ssd1306 at 0x3c on /dev/i2c-1: nothing answers (EREMOTEIO)');
    await board.press('pair');
    await untilLog('the pairing window is open', logged);
    expect(box.log.slice(logged).match(/the panel cannot be used/g)).toHaveLength(1);

    glass.powerCycle();
    wire.plug(0x3c, glass);
    const pluggedIn = performance.now();
    await untilScanned(glass);
    console.log(`plugged in again to picture: ${Math.round(performance.now() - pluggedIn)} ms`);
    await board.press('pair');
    await untilLog('the pairing window is closed', logged);
  });

  test('is not held up by a bus that hangs', async () => {
    const logged = box.log.length;
    wire.hung = true;
    await untilLog('the bus hangs (ETIMEDOUT)', logged);
    const asked = performance.now();
    await status();
    console.log(`the box answers while the bus hangs: ${Math.round(performance.now() - asked)} ms`);
    await board.press('page');
    wire.hung = false;
    await untilLog('the panel shows its picture', logged);
    await untilShown();
  });

  test('lasts when another program gives a pin back under it: one line, and the other buttons work', async () => {
    const logged = box.log.length;
    gpio?.takeAway(PINS.page);
    await untilLog('another program gave the pin back (ENODEV)', logged);
    const before = turns();
    await board.press('pair');
    await board.press('pair');
    await untilTurns(before + 2);
    expect(box.log.slice(logged).match(/warn|error/g)).toHaveLength(1);
    expect(await status()).toMatchObject({
      errors: 0,
      panel: { buttons: 'page on GPIO27: another program gave the pin back (ENODEV)' },
    });
  });

  test('takes its pins over after a crash that left them exported', async () => {
    await box.kill();
    expect(gpio?.exported).toContain(PINS.pair);
    await box.boot();
    const before = turns();
    await board.press('pair');
    await untilTurns(before + 1);
    expect((await status()).panel.buttons).toBe('pair on GPIO17, page on GPIO27, power on GPIO22');
  });

  test('gives the pins back when it stops, and its goodbye stays on the glass', async () => {
    await box.stop();
    expect(gpio?.exported).toEqual([]);
    expect(glass.lit).toBe(true);
    expect(isDark(glass.frame())).toBe(false);
  });
});
