import type { Buttons } from './buttons.ts';
import { PressListeners } from './listeners.ts';

/** Buttons that only programs press: for a machine without any. */
export function simulatedButtons(): Buttons {
  const listeners = new PressListeners();
  return {
    kind: 'simulated',
    start: async () => {},
    stop: async () => listeners.clear(),
    onPress: (listener) => listeners.add(listener),
    press: (button, heldMs) => listeners.tell(button, heldMs),
    state: () => ({ ok: true, detail: 'simulated' }),
  };
}
