import type { HardwareState } from '../environment.ts';

export type Button = 'pair' | 'page' | 'power';
export const BUTTONS: readonly Button[] = ['pair', 'page', 'power'];

export type DownListener = (button: Button) => void;
/** Called when a button is let go; `heldMs` says how long it was down. */
export type PressListener = (button: Button, heldMs: number) => void;

/**
 * The push buttons. No method throws because of the hardware: a button that cannot be used is a line in the log and a
 * `state()`. Every down is followed by its up; a button that is held while the box starts counts from its next press.
 * What adds a listener returns what takes it away again.
 */
export interface Buttons {
  readonly kind: 'onoff' | 'evdev' | 'simulated' | 'none';
  start(): Promise<void>;
  stop(): Promise<void>;
  onDown(listener: DownListener): () => void;
  onUp(listener: PressListener): () => void;
  /** The same as `onUp`, for whoever counts whole presses only. */
  onPress(listener: PressListener): () => void;
  /**
   * A press made by a program: a key in the terminal, a click on the web page, the command. Down and up are reported at
   * once, the latter with `heldMs`.
   */
  press(button: Button, heldMs: number): void;
  state(): HardwareState;
}
