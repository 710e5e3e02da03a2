import type { Environment } from '../environment.ts';
import { BUTTONS, type Button, type Buttons } from './buttons.ts';
import type { OpenLine } from './gpio-line.ts';
import { type Contact, WiredButtons } from './wired.ts';

export interface OnoffButtonsOptions extends Environment {
  /** BCM pins; 0 is a button that is not there. Buttons pull their pin to ground. */
  pins: Readonly<Record<Button, number>>;
  /** The kernel's number of BCM pin 0 (`findGpioBase`). */
  base: number;
  openLines: () => Promise<OpenLine>;
}

const CAUSES: Record<string, string> = {
  EACCES: 'no permission: the user of the service must be in the group gpio',
  EBUSY: 'something else uses this pin',
  EINVAL: 'the board has no such pin',
  ENODEV: 'another program gave the pin back',
  ENOENT: 'the kernel offers no GPIO in /sys/class/gpio',
};

/** Buttons on the pins of a Raspberry Pi, through the kernel's sysfs and the npm package onoff. */
export function onoffButtons({ pins, base, openLines, ...environment }: OnoffButtonsOptions): Buttons {
  const contacts = BUTTONS.filter((button) => pins[button] > 0).map(
    (button): Contact => ({
      button,
      where: `GPIO${pins[button]}`,
      open: async ({ edge, failed }) => {
        const openLine = await openLines();
        const line = openLine(base + pins[button], {
          edge: (level) => edge(level === 0),
          failed,
        });
        return { down: line.level === 0, close: line.close };
      },
    }),
  );
  return new WiredButtons({ kind: 'onoff', contacts, causes: CAUSES, ...environment });
}
