import type { HardwareState } from '../environment.ts';
import type { Buttons } from './buttons.ts';
import { ButtonListeners } from './listeners.ts';

/** Buttons that only programs press: for a machine without any. `state` tells what is missing where some were to be. */
export function simulatedButtons(state: HardwareState = { ok: true, detail: 'simulated' }): Buttons {
  const listeners = new ButtonListeners();
  return {
    kind: 'simulated',
    start: async () => {},
    stop: async () => listeners.clear(),
    ...listeners.face,
    state: () => state,
  };
}
