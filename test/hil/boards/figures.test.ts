/** Figures that are printed, not asserted: they are this machine's, with the bus at the rate that is modelled. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { PAGES } from '../../../drivers/display/display.ts';
import { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';
import { Box } from '../../kit/box.ts';
import { Board, type BoardOptions, PI_4 } from '../kit/board.ts';
import { describeHil } from '../kit/hil.ts';

const REDRAW = fileURLToPath(new URL('../kit/redraw.mjs', import.meta.url));
const HZ = 400_000;
const PRESSES = 40;
/** Longer than a contact bounces. */
const HELD_MS = 60;
const SECONDS = 4;

function boardWithGlass(options: BoardOptions) {
  const board = new Board(options);
  const glass = new SimulatedGlass();
  board.wire.plug(0x3c, glass);
  board.start();
  onTestFinished(() => board.stop());
  return { board, glass };
}

/** The value that `share` of all do not exceed. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

describeHil('in figures', () => {
  test('from a button that is let go (that is a press) to the first pixel that changes', async () => {
    const { board, glass } = boardWithGlass({ chips: [PI_4], i2c: HZ });
    const box = await Box.start({ 'panel.display': 'auto' }, undefined, board.launcher);
    onTestFinished(() => box.dispose());
    const timesMs: number[] = [];
    for (let i = 0; i < PRESSES; i++) {
      const before = glass.frame();
      const changed = new Promise<void>((resolve) => {
        const forget = glass.onChange(() => {
          if (Buffer.compare(before, glass.frame()) === 0) return;
          forget();
          resolve();
        });
      });
      board.set('page', true);
      await sleep(HELD_MS);
      const letGoMs = performance.now();
      board.set('page', false);
      await changed;
      timesMs.push(performance.now() - letGoMs);
      await sleep(HELD_MS);
    }
    const [median, p95] = [percentile(timesMs, 0.5), percentile(timesMs, 0.95)].map((ms) => ms.toFixed(1));
    console.log(`a button let go to the first changed pixel, ${PRESSES} presses: median ${median} ms, p95 ${p95} ms`);
    expect(timesMs).toHaveLength(PRESSES);
  });

  test('pictures a second, and what the event loop feels of them', async () => {
    const { board, glass } = boardWithGlass({ i2c: HZ });
    const run = async (everyMs: number) => {
      let pages = 0;
      const forget = glass.onChange(() => pages++);
      const [command = '', ...args] = [...board.launcher, process.execPath, REDRAW, String(SECONDS), String(everyMs)];
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
      forget();
      return { frames: pages / 2 / PAGES / SECONDS, ...(JSON.parse(output) as Record<string, number>) };
    };
    const [idle, busy] = [await run(0), await run(4)];
    const line = (figures: Record<string, number>) =>
      `event loop p50 ${figures.p50} ms, p99 ${figures.p99} ms, max ${figures.max} ms; CPU ${figures.cpuPercent} %`;
    console.log(`standing picture: ${line(idle)}`);
    console.log(`${busy.frames.toFixed(1)} whole pictures a second at ${HZ / 1000} kHz: ${line(busy)}`);
    expect(busy.frames).toBeGreaterThan(0);
  });
});
