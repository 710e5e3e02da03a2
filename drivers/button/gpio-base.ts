import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The chips whose lines are the pins of the 40-pin header: Pi 0 to 3, Pi 4, Pi 5. */
const HEADER_CHIPS = new Set(['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1']);

/**
 * The kernel's number of BCM pin 0: 0, 512, 571 … by model and kernel, so it is looked up and never assumed.
 * Undefined where there is no such chip, or no GPIO in sysfs at all.
 */
export async function findGpioBase(sysfs: string): Promise<number | undefined> {
  const entries = await readdir(sysfs).catch(() => []);
  for (const chip of entries.filter((entry) => entry.startsWith('gpiochip')).sort()) {
    const [label, base] = await Promise.all(
      ['label', 'base'].map((file) =>
        readFile(join(sysfs, chip, file), 'utf8').then(
          (text) => text.trim(),
          () => '',
        ),
      ),
    );
    if (label && HEADER_CHIPS.has(label) && base && /^\d+$/.test(base)) return Number(base);
  }
  return undefined;
}
