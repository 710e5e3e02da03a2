import { expect, test } from 'vitest';
import type { Button } from '../../../drivers/button/buttons.ts';
import { type GpioLine, type LineEvents, onoffLines } from '../../../drivers/button/gpio-line.ts';
import { onoffButtons } from '../../../drivers/button/onoff.ts';
import { testEnvironment } from '../environment.ts';

const pins = { pair: 17, page: 27, power: 22 };

/** Pins with pull-ups, whose levels a test sets. */
class Header {
  readonly opened: number[] = [];
  readonly closed: number[] = [];
  readonly refusals = new Map<number, string>();
  readonly #lines = new Map<number, LineEvents>();

  readonly open = (number: number, events: LineEvents): GpioLine => {
    const code = this.refusals.get(number);
    if (code) throw Object.assign(new Error(`${code}: no, write`), { code });
    this.opened.push(number);
    this.#lines.set(number, events);
    return {
      level: 1,
      close: () => {
        this.closed.push(number);
        this.#lines.delete(number);
      },
    };
  };

  set(number: number, level: 0 | 1): void {
    this.#lines.get(number)?.edge(level);
  }

  break(number: number): void {
    this.#lines.get(number)?.failed(Object.assign(new Error('gone'), { code: 'ENODEV' }));
  }
}

function rig(base = 512) {
  const environment = testEnvironment();
  const header = new Header();
  const buttons = onoffButtons({ pins, base, openLines: async () => header.open, ...environment });
  const presses: [Button, number][] = [];
  const downs: Button[] = [];
  buttons.onDown((button) => downs.push(button));
  buttons.onPress((button, heldMs) => presses.push([button, heldMs]));
  return { ...environment, header, buttons, downs, presses };
}

test('a press of a real pin is reported with its time; the pins are counted from the base', async () => {
  const { buttons, header, clock, downs, presses } = rig(571);
  await buttons.start();
  expect(header.opened).toEqual([588, 598, 593]);
  header.set(588, 0);
  expect(downs).toEqual(['pair']);
  await clock.advance(900);
  header.set(588, 1);
  await clock.advance(100);
  expect(presses).toEqual([['pair', 900]]);
  expect(buttons.state()).toEqual({ ok: true, detail: 'pair on GPIO17, page on GPIO27, power on GPIO22' });
});

test('a program may press too', () => {
  const { buttons, downs, presses } = rig();
  buttons.press('power', 1_500);
  expect(downs).toEqual(['power']);
  expect(presses).toEqual([['power', 1_500]]);
});

test('a pin that cannot be used is one clear line; the others work', async () => {
  const { buttons, header, clock, lines, presses } = rig();
  header.refusals.set(512 + 27, 'EACCES');
  header.refusals.set(512 + 22, 'EINVAL');
  await buttons.start();
  expect(lines.map(({ facts }) => [facts.button, facts.cause])).toEqual([
    ['page', 'no permission: the user of the service must be in the group gpio (EACCES)'],
    ['power', 'the board has no such pin (EINVAL)'],
  ]);
  expect(buttons.state()).toMatchObject({
    ok: false,
    detail: expect.stringContaining('page on GPIO27: no permission'),
  });
  header.set(512 + 17, 0);
  await clock.advance(50);
  header.set(512 + 17, 1);
  expect(presses).toHaveLength(1);
});

test('a line that fails later is given back and named', async () => {
  const { buttons, header } = rig();
  await buttons.start();
  header.break(512 + 27);
  expect(header.closed).toEqual([512 + 27]);
  expect(buttons.state()).toEqual({ ok: false, detail: 'page on GPIO27: another program gave the pin back (ENODEV)' });
});

test('stop gives every line back and leaves no timer', async () => {
  const { buttons, header, clock, presses } = rig();
  await buttons.start();
  header.set(512 + 17, 0);
  await buttons.stop();
  expect(header.closed.sort()).toEqual(header.opened.sort());
  expect(clock.pending).toBe(0);
  buttons.press('pair', 0);
  expect(presses).toEqual([]);
});

test('the real onoff on a machine without such a pin: a state and a line, no exception', async () => {
  const environment = testEnvironment();
  const buttons = onoffButtons({
    pins: { pair: 17, page: 0, power: 0 },
    base: 90_000,
    openLines: onoffLines,
    ...environment,
  });
  await buttons.start();
  expect(buttons.state()).toMatchObject({ ok: false, detail: expect.stringMatching(/^pair on GPIO17: /) });
  expect(environment.lines).toHaveLength(1);
  await buttons.stop();
});
