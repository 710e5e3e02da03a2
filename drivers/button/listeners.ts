import type { Button, PressListener } from './buttons.ts';

/** Who wants to know of presses. */
export class PressListeners {
  readonly #listeners = new Set<PressListener>();

  add(listener: PressListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(button: Button, heldMs: number): void {
    for (const listener of [...this.#listeners]) listener(button, heldMs);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
