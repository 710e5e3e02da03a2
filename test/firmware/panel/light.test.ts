import { describe, expect, it } from 'vitest';
import { pixel } from '../../../ui/panel/canvas.ts';
import { render } from '../../../ui/panel/render.ts';
import { openPanel } from './kit.ts';

async function openGlass() {
  const kit = await openPanel('ssd1306');
  kit.facts.members = 1;
  kit.panel.ready(kit.pairing);
  return kit;
}

const MINUTE = 60_000;

describe('a panel of glass', () => {
  it('dims after 30 seconds and is dark after five minutes without a touch', async () => {
    const { clock, lights, panel } = await openGlass();
    clock.pass(29_999);
    expect(lights).toEqual([]);
    clock.pass(1);
    expect(lights).toEqual(['dim']);
    clock.pass(5 * MINUTE - 30_001);
    expect(lights).toEqual(['dim']);
    clock.pass(1);
    expect(lights).toEqual(['dim', 'off']);
    panel.press('page', 0);
    expect(lights).toEqual(['dim', 'off', 'full']);
  });

  it.each([
    ['PAIR', 'pair', 0],
    ['PAGE', 'page', 0],
    ['PAIR held', 'pair', 800],
    ['POWER held', 'power', 800],
  ] as const)('is woken by %s, which does nothing else; the next press does its work', async (_, button, heldMs) => {
    const { clock, lights, panel, pairing, hands, offs } = await openGlass();
    clock.pass(5 * MINUTE);
    hands.down(button);
    expect(lights.at(-1)).toBe('full');
    clock.pass(heldMs);
    hands.up(button, heldMs);
    await Promise.resolve();
    expect([panel.page, pairing.window, offs()]).toEqual(['home', undefined, 0]);
    panel.press('page', 0);
    expect(panel.page).toBe('network');
  });

  it('is not reset by buttons that were taken in the dark', async () => {
    const { clock, hands, resets, panel } = await openGlass();
    clock.pass(5 * MINUTE);
    hands.down('pair');
    hands.down('power');
    clock.pass(12_000);
    expect(resets()).toBe(0);
    hands.up('pair', 12_000);
    hands.up('power', 12_000);
    expect(panel.page).toBe('home');
  });

  it('stays lit, and still, while the window is open', async () => {
    const { clock, lights, panel, windowChanges, sent } = await openGlass();
    const opened = windowChanges();
    panel.press('pair', 0);
    await opened;
    for (let second = 0; second < 290; second++) clock.pass(1000);
    expect(panel.page).toBe('pairing');
    expect(lights).toEqual([]);
    expect(sent.at(-1)).toEqual(render(panel.snapshot()));
  });

  it('moves its picture by a pixel each minute, over several places, and loses no letter', async () => {
    const { clock, panel, sent } = await openGlass();
    const places = new Set<string>();
    for (let minute = 0; minute < 6; minute++) {
      const glass = sent.at(-1) ?? new Uint8Array();
      const offset = offsetOf(render(panel.snapshot()), glass);
      expect(offset, `minute ${minute}`).toBeDefined();
      places.add(`${offset}`);
      clock.pass(MINUTE);
      panel.refresh();
    }
    expect(places).toEqual(new Set(['0,0', '1,0', '1,-1', '0,-1', '-1,-1', '-1,0']));
  });
});

describe('a simulated panel', () => {
  it('neither rests nor moves: a dark window would look broken', async () => {
    const { clock, panel, pairing, lights, sent } = await openPanel();
    panel.ready(pairing);
    clock.pass(20 * MINUTE);
    panel.refresh();
    expect(lights).toEqual([]);
    expect(sent.at(-1)).toEqual(render(panel.snapshot()));
    panel.press('page', 0);
    expect(panel.page).toBe('network');
  });
});

/** By how much `glass` is `frame` moved, but for what went over the edge. */
function offsetOf(frame: Uint8Array, glass: Uint8Array): [number, number] | undefined {
  const isMoved = (dx: number, dy: number) => {
    for (let y = 1; y < 63; y++)
      for (let x = 1; x < 127; x++) if (pixel(frame, x - dx, y - dy) !== pixel(glass, x, y)) return false;
    return true;
  };
  for (const dx of [-1, 0, 1]) for (const dy of [-1, 0, 1]) if (isMoved(dx, dy)) return [dx, dy];
  return undefined;
}

it('the status light beats while all is well, blinks while the window is open, and hurries in trouble', async () => {
  const { panel, pairing, facts, blinks, windowChanges } = await openPanel();
  expect(blinks).toEqual([]);
  panel.ready(pairing);
  expect(blinks.at(-1)).toBe('heartbeat');
  facts.trouble = [{ kind: 'update', version: '0.2.0' }];
  panel.refresh();
  expect(blinks.at(-1)).toBe('heartbeat');
  facts.trouble = [{ kind: 'offline' }];
  panel.refresh();
  expect(blinks.at(-1)).toBe('trouble');
  const opened = windowChanges();
  panel.press('pair', 0);
  await opened;
  expect(blinks.at(-1)).toBe('pairing');
});
