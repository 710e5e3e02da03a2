import { expect, onTestFinished, test } from 'vitest';
import { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';
import type { Status } from '../../../firmware/commands/status.ts';
import { Box, type Settings } from '../../kit/box.ts';
import { Board, type BoardOptions, PI_4 } from '../kit/board.ts';
import { untilScanned } from '../kit/glass.ts';
import { describeHil } from '../kit/hil.ts';

async function start(options: BoardOptions, settings: Settings, prepare: (board: Board) => void = () => {}) {
  const board = new Board(options);
  prepare(board);
  board.start();
  onTestFinished(() => board.stop());
  const box = await Box.start(settings, undefined, board.launcher);
  onTestFinished(() => box.dispose());
  return { board, box, status: async () => (await box.command('status')) as Status };
}

describeHil('every board', () => {
  test('a Pi 5: its header is found among other chips, whatever its base; an SH1106 that is named is driven', async () => {
    const glass = new SimulatedGlass('sh1106');
    const { board, box, status } = await start(
      {
        chips: [
          { base: 571, label: 'pinctrl-rp1', lines: 54 },
          { base: 512, label: 'gpio-brcmstb@107d508500', lines: 32 },
        ],
      },
      { 'panel.display': 'sh1106', 'panel.i2c_address': 0x3d },
      ({ wire }) => wire.plug(0x3d, glass),
    );
    await board.press('pair');
    await untilScanned(glass);
    expect(glass.unknown).toEqual([]);
    expect((await status()).panel).toMatchObject({
      detail: 'sh1106 at 0x3d on /dev/i2c-1',
      buttons: 'pair on GPIO17, page on GPIO27, power on GPIO22',
    });
    expect(box.log).not.toMatch(/warn|error/);
  });

  test('buttons that cannot be used are one clear line each, and the others work', async () => {
    const glass = new SimulatedGlass();
    const { board, box, status } = await start(
      { chips: [{ base: 0, label: 'pinctrl-bcm2835', lines: 25 }] },
      { 'panel.display': 'auto' },
      ({ wire, gpio }) => {
        wire.plug(0x3d, glass);
        gpio?.refusals.set(22, 'EBUSY');
      },
    );
    expect((await status()).panel).toMatchObject({
      detail: 'ssd1306 at 0x3d on /dev/i2c-1',
      buttons:
        'page on GPIO27: the board has no such pin (EINVAL); power on GPIO22: something else uses this pin (EBUSY)',
    });
    expect(box.log.match(/a button cannot be used/g)).toHaveLength(2);
    await board.press('pair');
    await untilScanned(glass);
  });

  test('without permission for the pins the box runs, and says which group is missing', async () => {
    const { box, status } = await start(
      { chips: [{ base: 512, label: 'pinctrl-bcm2711', lines: 58 }] },
      { 'panel.display': 'none' },
      ({ gpio }) => {
        for (const pin of [17, 27, 22]) gpio?.refusals.set(pin, 'EACCES');
      },
    );
    expect((await status()).panel.buttons).toContain(
      'pair on GPIO17: no permission: the user of the service must be in the group gpio (EACCES)',
    );
    expect(box.log.match(/a button cannot be used/g)).toHaveLength(3);
  });

  test('where the kernel has no GPIO in sysfs, its gpio-keys driver is read', async () => {
    const glass = new SimulatedGlass();
    const { board, box, status } = await start({ keys: true }, { 'panel.display': 'auto' }, ({ wire }) =>
      wire.plug(0x3c, glass),
    );
    await board.press('pair');
    await untilScanned(glass);
    expect((await status()).panel.buttons).toBe(
      'pair on /dev/input/event0, page on /dev/input/event0, power on /dev/input/event0',
    );
    await box.stop();
  });

  test('a panel that is plugged in while the box runs is found within a minute, and is shown the present page', {
    timeout: 120_000,
  }, async () => {
    const glass = new SimulatedGlass('ssd1306');
    const { board, box, status } = await start({ chips: [PI_4], i2c: 400_000 }, { 'panel.display': 'auto' });
    expect((await status()).panel.display).toBe('simulated');
    await board.press('pair');
    board.wire.plug(0x3c, glass);
    const scanned = await untilScanned(glass);
    expect(scanned).toContain('/J/');
    expect((await status()).panel).toMatchObject({ display: 'ssd1306', detail: 'ssd1306 at 0x3c on /dev/i2c-1' });
    expect(box.log).toContain('a panel was plugged in');
  });

  test('with nothing at all on it the box runs with simulated ones, and nothing is wrong', async () => {
    const { box, status } = await start({ i2c: false }, { 'panel.display': 'auto' });
    expect((await status()).panel).toMatchObject({ display: 'simulated', buttons: 'simulated' });
    expect(box.log).toContain('no /dev/i2c-1');
    expect(box.log).not.toMatch(/warn|error/);
  });
});
