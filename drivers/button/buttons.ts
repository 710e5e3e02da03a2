import type { HardwareState } from '../environment.ts';

export type Button = 'pair' | 'page' | 'power';
export const BUTTONS: readonly Button[] = ['pair', 'page', 'power'];

/** Called when a button is let go; `heldMs` says how long it was down. */
export type PressListener = (button: Button, heldMs: number) => void;

/**
 * The push buttons. No method throws because of the hardware: a button that cannot be used is a line in the log and a
 * `state()`.
 */
export interface Buttons {
  readonly kind: 'onoff' | 'simulated' | 'none';
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Returns what takes the listener away again. */
  onPress(listener: PressListener): () => void;
  /** A press made by a program: a key in the terminal, a click on the web page, the command. Reported at once. */
  press(button: Button, heldMs: number): void;
  state(): HardwareState;
}
