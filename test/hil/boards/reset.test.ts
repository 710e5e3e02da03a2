import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';
import type { PanelShown } from '../../../firmware/commands/panel.ts';
import type { Status } from '../../../firmware/commands/status.ts';
import { Box } from '../../kit/box.ts';
import { Board, PI_4, PINS } from '../kit/board.ts';
import { untilGlass } from '../kit/glass.ts';
import { describeHil } from '../kit/hil.ts';

const PATIENCE = { timeout: 30_000 };

describeHil('two buttons of a Raspberry Pi that are held together', () => {
  test('count down, let go they spare the box; held to the end they make it as new, in the same process', async () => {
    const board = new Board({ chips: [PI_4], i2c: 400_000 });
    const glass = new SimulatedGlass();
    board.wire.plug(0x3c, glass);
    board.start();
    onTestFinished(() => board.stop());
    const box = await Box.start({ 'panel.display': 'auto' }, undefined, board.launcher);
    onTestFinished(() => box.dispose());
    const status = async () => (await box.command('status')) as Status;
    const page = async () => ((await box.command('panel show')) as PanelShown).page;
    const hold = (down: boolean) => {
      for (const pin of [PINS.pair, PINS.page]) board.gpio?.set(pin, down ? 0 : 1);
    };
    await box.addAccount('juliet');
    const { pid } = await status();

    hold(true);
    await vi.waitFor(async () => expect(await page()).toBe('confirm'), PATIENCE);
    hold(false);
    await vi.waitFor(async () => expect(await page()).not.toBe('confirm'), PATIENCE);
    expect((await status()).servers).toMatchObject([{ members: 1 }]);

    hold(true);
    await vi.waitFor(() => expect(box.log.match(/"?ready"?/g)).toHaveLength(2), PATIENCE);
    hold(false);
    expect(await status()).toMatchObject({ pid, servers: [{ members: 0 }], panel: { page: 'empty' } });
    const { frame } = (await box.command('panel show')) as PanelShown;
    await untilGlass(glass, (each) => Buffer.from(each).toString('base64') === frame);
    expect(await readFile(join(box.dataFolder, 'factory-reset.log'), 'utf8')).toMatch(/begun\n.* done\n$/);
    await board.press('pair');
    await vi.waitFor(async () => expect(await page()).toBe('pairing'), PATIENCE);
  });
});
