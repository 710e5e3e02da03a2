/** Slows wrong logins per address and per account (RFC 6120 section 13.12), without telling whether the account is there. */
import type { Clock } from '../clock.ts';
import type { Limits } from '../config.ts';
import { addressKey, isCircuit } from './address-key.ts';
import { Debts } from './debts.ts';

/** Wrong tries that cost nothing: people mistype. */
const FREE_TRIES = 3;
const FIRST_DELAY_MS = 250;
/** Long enough to spoil guessing from one address, short enough to log in within the time that a stream has for it. */
const MAX_ADDRESS_DELAY_MS = 8_000;
/** Others can make a member wait so long and no longer. */
const MAX_ACCOUNT_DELAY_MS = 3_000;
const ACCOUNT_UNIT_MS = 10_000;
const MINUTE_MS = 60_000;
const MAX_KNOWN = 10_000;

export class LoginThrottle {
  readonly #perMinute: number;
  readonly #byAddress: Debts;
  readonly #byAccount: Debts;
  /** Address and account that logged in before: wrong tries from elsewhere do not slow them. Least recent first. */
  readonly #known = new Set<string>();

  constructor(limits: Pick<Limits, 'loginsPerMinute'>, clock: Clock) {
    this.#perMinute = limits.loginsPerMinute;
    this.#byAddress = new Debts(clock, MINUTE_MS / Math.max(1, limits.loginsPerMinute));
    this.#byAccount = new Debts(clock, ACCOUNT_UNIT_MS);
  }

  /**
   * How long to wait before this attempt is looked at; Infinity: refuse at once (`policy-violation` ends the stream).
   * @param account the name as the client gave it, prepared, whether there is such an account or not
   */
  delayMs(address: string, account: string): number {
    if (this.#perMinute === 0) return 0;
    const key = guesserKey(address, account);
    const debt = this.#byAddress.of(key);
    if (debt + 1 > this.#perMinute) return Number.POSITIVE_INFINITY;
    const accountDelay = this.#known.has(pair(addressKey(address), account))
      ? 0
      : growing(this.#byAccount.of(account), MAX_ACCOUNT_DELAY_MS);
    return Math.max(growing(debt, MAX_ADDRESS_DELAY_MS), accountDelay);
  }

  failed(address: string, account: string): void {
    if (this.#perMinute === 0) return;
    this.#byAddress.add(guesserKey(address, account));
    this.#byAccount.add(account);
  }

  /** The address keeps its debt: a guesser may well own an account. */
  succeeded(address: string, account: string): void {
    if (this.#perMinute === 0) return;
    this.#byAccount.clear(account);
    const known = pair(addressKey(address), account);
    this.#known.delete(known);
    this.#known.add(known);
    if (this.#known.size <= MAX_KNOWN) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

/**
 * Whom wrong tries are held against. By tor that is whoever tries this account: a guesser has a new circuit whenever it wants one,
 * and keeps nobody else waiting.
 */
const guesserKey = (address: string, account: string) =>
  isCircuit(address) ? pair(addressKey(address), account) : addressKey(address);

const pair = (address: string, account: string) => `${address} ${account}`;

function growing(debt: number, maxMs: number): number {
  const tries = Math.ceil(debt) - FREE_TRIES;
  return tries < 0 ? 0 : Math.min(maxMs, FIRST_DELAY_MS * 2 ** Math.min(tries, 16));
}
