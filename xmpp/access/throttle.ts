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

export interface LoginTry {
  address: string;
  /** The name as the client gave it, prepared, whether there is such an account or not. */
  account: string;
  /**
   * The id of a client that has logged in to this account before (Clients.knows). Only the two of us know it, so it is counted by
   * itself: who guesses at the same address, or at the same account from elsewhere, does not keep it out.
   */
  client?: string | undefined;
}

export class LoginThrottle {
  readonly #perMinute: number;
  readonly #byOrigin: Debts;
  readonly #byAccount: Debts;
  /** Address and account that logged in before: wrong tries from elsewhere do not slow them. Least recent first. */
  readonly #known = new Set<string>();

  constructor(limits: Pick<Limits, 'loginsPerMinute'>, clock: Clock) {
    this.#perMinute = limits.loginsPerMinute;
    this.#byOrigin = new Debts(clock, MINUTE_MS / Math.max(1, limits.loginsPerMinute));
    this.#byAccount = new Debts(clock, ACCOUNT_UNIT_MS);
  }

  /** How long to wait before this one is looked at; Infinity: refuse at once (`policy-violation` ends the stream). */
  delayMs(attempt: LoginTry): number {
    if (this.#perMinute === 0) return 0;
    const debt = this.#byOrigin.of(origin(attempt));
    if (debt + 1 > this.#perMinute) return Number.POSITIVE_INFINITY;
    return Math.max(growing(debt, MAX_ADDRESS_DELAY_MS), this.#accountDelayMs(attempt));
  }

  failed(attempt: LoginTry): void {
    if (this.#perMinute === 0) return;
    this.#byOrigin.add(origin(attempt));
    if (attempt.client === undefined) this.#byAccount.add(attempt.account);
  }

  /** The address keeps its debt: a guesser may well own an account. */
  succeeded(attempt: LoginTry): void {
    if (this.#perMinute === 0) return;
    this.#byAccount.clear(attempt.account);
    if (attempt.client !== undefined) this.#byOrigin.clear(origin(attempt));
    const known = pair(attempt);
    this.#known.delete(known);
    this.#known.add(known);
    if (this.#known.size <= MAX_KNOWN) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  #accountDelayMs(attempt: LoginTry): number {
    if (attempt.client !== undefined || this.#known.has(pair(attempt))) return 0;
    return growing(this.#byAccount.of(attempt.account), MAX_ACCOUNT_DELAY_MS);
  }
}

/**
 * Whom wrong tries are held against: the client, or the address. By tor that is whoever tries this account: a guesser has a new circuit
 * whenever it wants one, and keeps nobody else waiting.
 */
function origin(attempt: LoginTry): string {
  if (attempt.client !== undefined) return `${attempt.client} ${attempt.account}`;
  return isCircuit(attempt.address) ? pair(attempt) : addressKey(attempt.address);
}

const pair = ({ address, account }: LoginTry) => `${addressKey(address)} ${account}`;

function growing(debt: number, maxMs: number): number {
  const tries = Math.ceil(debt) - FREE_TRIES;
  return tries < 0 ? 0 : Math.min(maxMs, FIRST_DELAY_MS * 2 ** Math.min(tries, 16));
}
