/** On a real Raspberry Pi, with CASP3R_HIL=pi: what the boards of the other tests stand in for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PanelShown } from '../../../firmware/commands/panel.ts';
import type { Status } from '../../../firmware/commands/status.ts';
import { Box } from '../../kit/box.ts';
import { scan } from '../kit/glass.ts';
import { Header } from './header.ts';

const PATIENCE = { timeout: 20_000 };
const BUTTONS = 'pair on GPIO17, page on GPIO27, power on GPIO22';

describe('this Raspberry Pi', () => {
  const header = new Header();
  let box: Box;

  const shown = async () => (await box.command('panel show')) as PanelShown;
  const status = async () => (await box.command('status')) as Status;
  const turns = () => box.log.match(/the pairing window is (open|closed)/g)?.length ?? 0;
  const untilTurns = (count: number) => vi.waitFor(() => expect(turns()).toBe(count), PATIENCE);

  beforeAll(async () => {
    await header.start();
    box = await Box.start({ 'panel.display': process.env.CASP3R_HIL_DISPLAY ?? 'auto' });
  });
  afterAll(async () => {
    await box?.dispose();
    header.stop();
  });

  test('its buttons are found, and its panel if it has one', async () => {
    const { panel } = await status();
    console.log(`display: ${panel.display}: ${panel.detail}`);
    expect(panel.buttons).toBe(BUTTONS);
  });

  test('a press of PAIR opens the door: the QR code of the picture that was sent leads in', async () => {
    const before = turns();
    await header.press('pair');
    await untilTurns(before + 1);
    const { frame, pairing } = await shown();
    const address = scan(Buffer.from(frame, 'base64')) ?? '';
    expect(address).toBe(pairing?.url);
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(200);
    await header.press('pair');
    await untilTurns(before + 2);
  });

  test('bouncing contacts are one press, a tap of a millisecond is one too', async () => {
    const before = turns();
    for (const down of [true, false, true, false, true]) header.set('pair', down);
    await sleep(100);
    for (const down of [false, true, false, true, false]) header.set('pair', down);
    await untilTurns(before + 1);
    await sleep(100);
    header.set('pair', true);
    header.set('pair', false);
    await untilTurns(before + 2);
  });

  test('no press is missed while pictures are on the bus', async () => {
    const before = turns();
    for (let i = 0; i < 20; i++) await header.press('pair', 40);
    await untilTurns(before + 20);
  });

  test('the panel, if there is one, took every picture', async () => {
    const { panel, errors } = await status();
    expect(errors).toBe(0);
    expect(panel.detail).not.toMatch(/nothing answers|hangs/);
  });

  test('the pins are taken over after a crash, and given back at the end', async () => {
    await box.kill();
    await box.boot();
    const before = turns();
    await header.press('pair');
    await untilTurns(before + 1);
    expect((await status()).panel.buttons).toBe(BUTTONS);
    await box.restart();
    expect((await status()).panel.buttons).toBe(BUTTONS);
  });
});
