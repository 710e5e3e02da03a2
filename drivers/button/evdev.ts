import type { Environment } from '../environment.ts';
import type { Button, Buttons } from './buttons.ts';
import { KEY_CODES, type KeyDevice } from './gpio-keys.ts';
import type { OpenInputDevice } from './input-device.ts';
import { EV_KEY, EV_SYN, type InputEvent, SYN_DROPPED } from './input-event.ts';
import { type Contact, type ContactEvents, WiredButtons } from './wired.ts';

export interface EvdevButtonsOptions extends Environment {
  devices: readonly KeyDevice[];
  openDevices: () => Promise<OpenInputDevice>;
}

const CAUSES: Record<string, string> = {
  EACCES: 'no permission: the user of the service must be in the group input',
  ENODEV: 'the kernel took the device away',
  ENOENT: 'the device is gone',
};

/** Buttons that the kernel's gpio-keys driver watches: where there is no GPIO in sysfs, or the pins were given to it. */
export function evdevButtons({ devices, openDevices, ...environment }: EvdevButtonsOptions): Buttons {
  const contacts = devices.flatMap(({ path, buttons }) =>
    buttons.map(
      (button): Contact => ({
        button,
        where: path,
        open: async (events) => {
          const openDevice = await openDevices();
          const device = openDevice(path, { event: keyReader(button, events), failed: events.failed });
          return { down: false, close: device.close };
        },
      }),
    ),
  );
  return new WiredButtons({ kind: 'evdev', contacts, causes: CAUSES, ...environment });
}

/**
 * Reads the edges of one key. Its state before the first event is not told: one that is let go without having been
 * pressed was held while the box started. Where the kernel had to drop events (SYN_DROPPED) the key counts as let go.
 */
function keyReader(button: Button, { edge }: ContactEvents): (event: InputEvent) => void {
  let down = false;
  const set = (now: boolean) => {
    if (now === down) return;
    down = now;
    edge(down);
  };
  return ({ type, code, value }) => {
    if (type === EV_SYN && code === SYN_DROPPED) set(false);
    // A value of 2 repeats a key that is held.
    else if (type === EV_KEY && code === KEY_CODES[button] && value < 2) set(value === 1);
  };
}
