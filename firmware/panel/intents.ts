/** What the buttons mean (docs/panel.md). */
import type { Button } from '../../drivers/button/buttons.ts';
import type { Gesture } from '../../drivers/button/gestures.ts';

export type Intent =
  | { kind: 'next page' | 'home' | 'pair' | 'pair administrator' | 'power off' | 'yes' | 'no' | 'let go' }
  /** Two buttons are held; at `RESET_MS` it happens. */
  | { kind: 'reset'; heldMs: number };

export interface Situation {
  /** PAIR is the only button of the box. */
  oneButton: boolean;
  /** A question is on the glass. */
  asked: boolean;
}

export const RESET_MS = 10_000;

export function intentOf(gesture: Gesture, { oneButton, asked }: Situation): Intent | undefined {
  switch (gesture.kind) {
    case 'press':
      return asked
        ? { kind: gesture.button === 'pair' && !oneButton ? 'yes' : 'no' }
        : pressed(gesture.button, oneButton);
    case 'long press':
      return longPressed(gesture.button, { oneButton, asked });
    case 'hold':
      return gesture.buttons.length === 2 ? { kind: 'reset', heldMs: gesture.heldMs } : undefined;
    case 'hold ended':
      return { kind: 'let go' };
  }
}

function pressed(button: Button, oneButton: boolean): Intent {
  if (oneButton && button === 'pair') return { kind: 'next page' };
  return { kind: button === 'pair' ? 'pair' : button === 'page' ? 'next page' : 'home' };
}

function longPressed(button: Button, { oneButton, asked }: Situation): Intent | undefined {
  if (button === 'power') return { kind: 'power off' };
  if (button === 'page') return { kind: asked ? 'no' : 'home' };
  if (oneButton) return { kind: asked ? 'yes' : 'pair' };
  return asked ? undefined : { kind: 'pair administrator' };
}
