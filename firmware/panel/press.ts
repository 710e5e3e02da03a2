/** A press of a button as it comes from outside: a web page, a command. */
import { BUTTONS, type Button } from '../../drivers/button/buttons.ts';

/** Longer than anyone holds a button. */
const MAX_HOLD_MS = 60_000;

/** As it is written on the box, or in small letters. */
export function parseButton(name: unknown): Button | undefined {
  return typeof name === 'string' ? BUTTONS.find((button) => button === name.toLowerCase()) : undefined;
}

/** From a number or its text; undefined for what is none, or out of bounds. */
export function parseHoldMs(text: unknown): number | undefined {
  const heldMs = typeof text === 'string' && text !== '' ? Number(text) : text;
  return typeof heldMs === 'number' && heldMs >= 0 && heldMs <= MAX_HOLD_MS ? heldMs : undefined;
}
