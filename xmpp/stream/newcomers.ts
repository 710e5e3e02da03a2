/**
 * Connections of which nothing is known yet: in a handshake, before their login or their first request. They are few at any time, so
 * that any number of them that stay so, from wherever, leaves room for who comes in earnest.
 */
import { connectionKey } from '../access/address-key.ts';

/** Some 60 KiB each where a TLS handshake was begun. A box's members and their devices may all come at once. */
const MAX_NEWCOMERS = 2_048;

interface Newcomer {
  key: string;
  /** Closes it, for another to have its place. */
  giveWay: () => void;
}

export class Newcomers {
  readonly #perAddress: number;
  readonly #max: number;
  /** Each address's own, the oldest first. */
  readonly #byAddress = new Map<string, Set<Newcomer>>();
  #count = 0;

  /** @param perAddress 0: no limit */
  constructor(perAddress: number, max = MAX_NEWCOMERS) {
    this.#perAddress = perAddress;
    this.#max = max;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Takes one more in; where all places are taken, the oldest of the address that has most gives way. Undefined where this address
   * has too many already; otherwise a function to call once it is known or gone.
   */
  enter(address: string, giveWay: () => void): (() => void) | undefined {
    const key = connectionKey(address);
    if (this.#perAddress !== 0 && (this.#byAddress.get(key)?.size ?? 0) >= this.#perAddress) return undefined;
    if (this.#count >= this.#max) this.#makeRoom();
    const newcomer = { key, giveWay };
    const own = this.#byAddress.get(key) ?? new Set();
    this.#byAddress.set(key, own.add(newcomer));
    this.#count += 1;
    return () => this.#leave(newcomer);
  }

  #makeRoom(): void {
    let most: Set<Newcomer> | undefined;
    for (const own of this.#byAddress.values()) if (own.size > (most?.size ?? 0)) most = own;
    const [oldest] = most ?? [];
    if (!oldest) return;
    this.#leave(oldest);
    oldest.giveWay();
  }

  #leave(newcomer: Newcomer): void {
    const own = this.#byAddress.get(newcomer.key);
    if (!own?.delete(newcomer)) return;
    this.#count -= 1;
    if (own.size === 0) this.#byAddress.delete(newcomer.key);
  }
}
