import type { Button, Buttons, DownListener, PressListener } from './buttons.ts';

/** Who wants to know of the buttons. */
export class ButtonListeners {
  readonly #downs = new Set<DownListener>();
  readonly #ups = new Set<PressListener>();

  /** The half of `Buttons` that listens and presses. */
  readonly face: Pick<Buttons, 'onDown' | 'onUp' | 'onPress' | 'press'> = {
    onDown: (listener) => added(this.#downs, listener),
    onUp: (listener) => added(this.#ups, listener),
    onPress: (listener) => added(this.#ups, listener),
    press: (button, heldMs) => {
      this.down(button);
      this.up(button, heldMs);
    },
  };

  down(button: Button): void {
    for (const listener of [...this.#downs]) listener(button);
  }

  up(button: Button, heldMs: number): void {
    for (const listener of [...this.#ups]) listener(button, heldMs);
  }

  clear(): void {
    this.#downs.clear();
    this.#ups.clear();
  }
}

function added<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
