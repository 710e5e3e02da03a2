import type { Display } from './display.ts';

/** A box without a panel, by its owner's choice. */
export function absentDisplay(): Display {
  return {
    kind: 'none',
    start: async () => {},
    show() {},
    brightness() {},
    stop: async () => {},
    state: () => ({ ok: true, detail: 'switched off in the configuration' }),
  };
}
