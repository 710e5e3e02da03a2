import type { Buttons } from './buttons.ts';

/** A box without buttons, by its owner's choice: nothing opens a pairing window from the box itself. */
export function absentButtons(): Buttons {
  return {
    kind: 'none',
    start: async () => {},
    stop: async () => {},
    onDown: () => () => {},
    onUp: () => () => {},
    onPress: () => () => {},
    press() {},
    state: () => ({ ok: true, detail: 'switched off in the configuration' }),
  };
}
