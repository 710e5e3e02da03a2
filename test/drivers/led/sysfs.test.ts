import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sysfsLed } from '../../../drivers/led/sysfs.ts';
import { testEnvironment } from '../environment.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casp3r-led-'));
  writeFileSync(join(folder, 'trigger'), 'none kbd-scrolllock timer heartbeat [mmc0] default-on\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (file: string) => readFileSync(join(folder, file), 'utf8');

test('the last pattern stays, and the light is given back as it was found', async () => {
  const led = sysfsLed({ folder, ...testEnvironment() });
  await led.start();
  expect(led.state()).toEqual({ ok: true, detail: folder });
  led.show('trouble');
  led.show('heartbeat');
  led.show('pairing');
  await led.stop();
  expect([read('trigger'), read('delay_on'), read('delay_off')]).toEqual(['mmc0', '500', '500']);
});

test('a light that nobody used is left alone', async () => {
  const led = sysfsLed({ folder, ...testEnvironment() });
  await led.start();
  await led.stop();
  expect(read('trigger')).toContain('[mmc0]');
});

test('a board without the light: one line, a state, no exception', async () => {
  const environment = testEnvironment();
  const led = sysfsLed({ folder: join(folder, 'ACT'), ...environment });
  await led.start();
  led.show('pairing');
  await led.stop();
  expect(led.state()).toEqual({ ok: false, detail: `${join(folder, 'ACT')}: the board has no such light (ENOENT)` });
  expect(environment.lines).toHaveLength(1);
});
