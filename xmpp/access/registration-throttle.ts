/** Bounds what a stranger's address may do on the way to an account, wherever it asks: on a stream or on a web page. */
import type { Clock } from '../clock.ts';
import type { Limits } from '../config.ts';
import { addressKey } from './address-key.ts';
import { Debts } from './debts.ts';

const HOUR_MS = 3_600_000;
/** Eight characters of 27: at this pace from one address, guessing one of a hundred open codes takes thousands of years. */
const WRONG_CODES_PER_HOUR = 20;

export class RegistrationThrottle {
  readonly #perHour: number;
  readonly #registrations: Debts;
  readonly #wrongCodes: Debts;

  constructor(limits: Pick<Limits, 'registrationsPerHour'>, clock: Clock) {
    this.#perHour = limits.registrationsPerHour;
    this.#registrations = new Debts(clock, HOUR_MS / Math.max(1, limits.registrationsPerHour));
    this.#wrongCodes = new Debts(clock, HOUR_MS / WRONG_CODES_PER_HOUR);
  }

  /** Whether one more account without an invitation may come from this address. */
  mayRegister(address: string): boolean {
    return this.#perHour === 0 || this.#registrations.of(addressKey(address)) + 1 <= this.#perHour;
  }

  /** Counts an attempt before the costly work of it, so that many at once cannot slip through. */
  registering(address: string): void {
    this.#registrations.add(addressKey(address));
  }

  /** Whether an invitation code from this address is looked at. */
  mayTryCode(address: string): boolean {
    return this.#wrongCodes.of(addressKey(address)) + 1 <= WRONG_CODES_PER_HOUR;
  }

  wrongCode(address: string): void {
    this.#wrongCodes.add(addressKey(address));
  }
}
