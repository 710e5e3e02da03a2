import type { Led } from './led.ts';

/** A box without a status light, as most are. */
export function absentLed(): Led {
  return {
    kind: 'none',
    start: async () => {},
    show() {},
    stop: async () => {},
    state: () => ({ ok: true, detail: 'none' }),
  };
}
