import { describeError, type Environment, type HardwareState } from '../environment.ts';
import type { Button, Buttons } from './buttons.ts';
import { Debounce } from './debounce.ts';
import { ButtonListeners } from './listeners.ts';

/** What becomes of a contact while it is watched. */
export interface ContactEvents {
  /** An edge was reported, and the contact reads `down` now. */
  edge(down: boolean): void;
  /** It will report nothing any more. */
  failed(error: unknown): void;
}

/** The contact of one button. */
export interface Contact {
  readonly button: Button;
  /** Where it is connected, as a person knows it: `GPIO17`. */
  readonly where: string;
  /** Watches it. Rejects with the kernel's `code` where that is turned down. */
  open(events: ContactEvents): Promise<{ down: boolean; close(): void }>;
}

export interface WiredButtonsOptions extends Environment {
  kind: Buttons['kind'];
  contacts: readonly Contact[];
  /** What the kernel's codes mean for these contacts. */
  causes: Readonly<Record<string, string>>;
}

/** Chatter of a push button lasts a few milliseconds, of a worn one up to 20. */
const SETTLE_MS = 30;

/** Buttons with contacts, each by itself: one that cannot be used does not take the others with it. */
export class WiredButtons implements Buttons {
  readonly kind: Buttons['kind'];
  readonly #options: WiredButtonsOptions;
  readonly #listeners = new ButtonListeners();
  readonly onDown = this.#listeners.face.onDown;
  readonly onUp = this.#listeners.face.onUp;
  readonly onPress = this.#listeners.face.onPress;
  readonly press = this.#listeners.face.press;
  readonly #open = new Map<Contact, { close(): void; debounce: Debounce }>();
  readonly #broken = new Map<Contact, string>();

  constructor(options: WiredButtonsOptions) {
    this.kind = options.kind;
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#broken.clear();
    for (const contact of this.#options.contacts) await this.#watch(contact);
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
    for (const contact of [...this.#open.keys()]) this.#release(contact);
  }

  state(): HardwareState {
    if (this.#broken.size > 0) return { ok: false, detail: [...this.#broken.values()].join('; ') };
    const names = [...this.#open.keys()].map(({ button, where }) => `${button} on ${where}`);
    return { ok: names.length > 0, detail: names.join(', ') || 'not started' };
  }

  async #watch(contact: Contact): Promise<void> {
    const { button } = contact;
    const debounce = new Debounce(this.#options.clock, SETTLE_MS, {
      down: () => this.#listeners.down(button),
      up: (heldMs) => this.#listeners.up(button, heldMs),
    });
    try {
      const { down, close } = await contact.open({
        edge: (level) => debounce.edge(level),
        failed: (error) => this.#fail(contact, error),
      });
      debounce.begin(down);
      this.#open.set(contact, { close, debounce });
    } catch (error) {
      this.#fail(contact, error);
    }
  }

  #fail(contact: Contact, error: unknown): void {
    const { button, where } = contact;
    const cause = describeError(error, this.#options.causes);
    this.#broken.set(contact, `${button} on ${where}: ${cause}`);
    this.#options.log.warn({ button, where, cause }, 'a button cannot be used; the box goes on');
    this.#release(contact);
  }

  /** Gives the contact back, so that the next start, or another program, finds it free. */
  #release(contact: Contact): void {
    const entry = this.#open.get(contact);
    if (!entry) return;
    this.#open.delete(contact);
    entry.debounce.stop();
    try {
      entry.close();
    } catch {
      // What is gone cannot be given back.
    }
  }
}
