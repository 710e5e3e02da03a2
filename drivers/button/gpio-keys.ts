import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUTTONS, type Button } from './buttons.ts';

/**
 * The key that the kernel reports for each button: KEY_PROG1 to KEY_PROG3 (linux/input-event-codes.h), on which nothing
 * else acts, unlike KEY_POWER.
 */
export const KEY_CODES: Readonly<Record<Button, number>> = { pair: 148, page: 149, power: 202 };

export interface KeyDevice {
  /** /dev/input/event0 */
  path: string;
  buttons: readonly Button[];
}

/**
 * The input devices of the kernel's gpio-keys driver that report our keys (`dtoverlay=gpio-key`). Only that driver
 * lists its keys in an attribute, so the keys of a keyboard are never taken for buttons of the box.
 */
export async function findGpioKeys(sysfs: string): Promise<KeyDevice[]> {
  const entries = await readdir(sysfs).catch(() => []);
  const devices: KeyDevice[] = [];
  for (const entry of entries.filter((name) => /^event\d+$/.test(name)).sort()) {
    const list = await readFile(join(sysfs, entry, 'device', 'device', 'keys'), 'utf8').catch(() => '');
    const buttons = BUTTONS.filter((button) => listHolds(list.trim(), KEY_CODES[button]));
    if (buttons.length > 0) devices.push({ path: join('/dev/input', entry), buttons });
  }
  return devices;
}

/** Numbers and ranges as the kernel prints a bitmap: `148-149,202`. */
function listHolds(list: string, number: number): boolean {
  return list.split(',').some((part) => {
    const [first = '', last = first] = part.split('-');
    return first !== '' && Number(first) <= number && number <= Number(last);
  });
}
