/** The managed sessions of all listeners by SM-ID, and how far those got that nobody resumed in time (XEP-0198 section 5). */
import type { Random } from '../../clock.ts';
import type { ManagedOutlet } from './managed-outlet.ts';

const ID_BYTES = 18;
/** How many ended sessions are remembered for the `h` of `<failed/>`. */
const MAX_ENDED = 1000;

export class Resumables {
  readonly #open = new Map<string, ManagedOutlet>();
  /** Oldest first. */
  readonly #ended = new Map<string, { account: string; handled: number }>();

  add(outlet: ManagedOutlet, random: Random): string {
    const id = random(ID_BYTES).toString('base64url');
    this.#open.set(id, outlet);
    return id;
  }

  /** Only to the account that it belongs to. */
  find(id: string, account: string): ManagedOutlet | undefined {
    const outlet = this.#open.get(id);
    return outlet?.session.account.id === account ? outlet : undefined;
  }

  handledBefore(id: string, account: string): number | undefined {
    const ended = this.#ended.get(id);
    return ended?.account === account ? ended.handled : undefined;
  }

  remove(id: string, handled: number): void {
    const outlet = this.#open.get(id);
    if (!outlet) return;
    this.#open.delete(id);
    this.#ended.set(id, { account: outlet.session.account.id, handled });
    if (this.#ended.size <= MAX_ENDED) return;
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined) this.#ended.delete(oldest);
  }

  all(): ManagedOutlet[] {
    return [...this.#open.values()];
  }
}
