/** How many streams an address holds (an IPv6 host is counted by its /64), and which addresses are the box's own. */
import { connectionKey } from '../access/address-key.ts';

export class AddressCounter {
  readonly #counts = new Map<string, number>();

  /** Counts one more, unless `limit` (0: none) is reached. Undefined then; otherwise a function that counts it off again. */
  enter(address: string, limit: number): (() => void) | undefined {
    const key = connectionKey(address);
    const count = this.#counts.get(key) ?? 0;
    if (limit !== 0 && count >= limit) return undefined;
    this.#counts.set(key, count + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    };
  }
}

/** `::ffff:192.0.2.1` as `192.0.2.1`. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
