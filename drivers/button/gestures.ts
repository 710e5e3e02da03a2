import type { Clock } from '../environment.ts';
import { BUTTONS, type Button } from './buttons.ts';

/**
 * What a person means with the buttons. A `long press` is told while the button is still down; from then on, and for
 * buttons held together from their start, a `hold` is told each second until `hold ended`. Buttons of a hold stand in
 * the order of `BUTTONS`.
 */
export type Gesture =
  | { kind: 'press'; button: Button }
  | { kind: 'long press'; button: Button }
  | { kind: 'hold'; buttons: readonly Button[]; heldMs: number }
  | { kind: 'hold ended'; buttons: readonly Button[]; heldMs: number };

const LONG_PRESS_MS = 800;
const HOLD_STEP_MS = 1000;

/**
 * Makes gestures out of edges. Buttons that are down together mean only their common hold: none of them gives a press,
 * and when the first is let go, the others mean nothing until all are up.
 */
export class Gestures {
  readonly #clock: Clock;
  readonly #tell: (gesture: Gesture) => void;
  readonly #down = new Set<Button>();
  #current: { buttons: readonly Button[]; sinceMs: number; told: boolean } | undefined;
  #timer: { cancel(): void } | undefined;

  constructor(clock: Clock, tell: (gesture: Gesture) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  down(button: Button): void {
    if (this.#down.has(button)) return;
    this.#down.add(button);
    if (this.#down.size > 1 && !this.#current) return;
    this.#end();
    this.#begin(BUTTONS.filter((each) => this.#down.has(each)));
  }

  /** `heldMs` is what the driver measured; a program's press comes with a time of its own. */
  up(button: Button, heldMs: number): void {
    if (!this.#down.delete(button) || !this.#current) return;
    const { buttons, told } = this.#current;
    if (buttons.length === 1 && !told) {
      if (heldMs < LONG_PRESS_MS) this.#tell({ kind: 'press', button });
      else {
        this.#longPress(button);
        this.#tell({ kind: 'hold', buttons, heldMs });
      }
    }
    this.#end(buttons.length === 1 ? heldMs : undefined);
  }

  /** Forgets what is held. */
  stop(): void {
    this.#end();
    this.#down.clear();
  }

  #begin(buttons: readonly Button[]): void {
    this.#current = { buttons, sinceMs: this.#clock.nowMs(), told: false };
    const [button] = buttons;
    if (button && buttons.length === 1) {
      this.#timer = this.#clock.after(LONG_PRESS_MS, () => {
        this.#longPress(button);
        this.#holdAt(buttons, HOLD_STEP_MS, HOLD_STEP_MS - LONG_PRESS_MS);
      });
    } else this.#holdAt(buttons, HOLD_STEP_MS, HOLD_STEP_MS);
  }

  #holdAt(buttons: readonly Button[], heldMs: number, delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      this.#told();
      this.#holdAt(buttons, heldMs + HOLD_STEP_MS, HOLD_STEP_MS);
      this.#tell({ kind: 'hold', buttons, heldMs });
    });
  }

  #longPress(button: Button): void {
    this.#told();
    this.#tell({ kind: 'long press', button });
  }

  #told(): void {
    if (this.#current) this.#current.told = true;
  }

  #end(heldMs?: number): void {
    const current = this.#current;
    this.#current = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!current?.told) return;
    const { buttons, sinceMs } = current;
    this.#tell({ kind: 'hold ended', buttons, heldMs: heldMs ?? this.#clock.nowMs() - sinceMs });
  }
}
