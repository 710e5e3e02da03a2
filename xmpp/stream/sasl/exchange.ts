/**
 * The SASL exchanges of one stream, whichever profile carries them (RFC 6120 section 6, XEP-0388). Wrong tries are slowed by the
 * throttle and bounded; whether the account is there, wrong or disabled shows only to who proved its password.
 */
import type { LoginThrottle, LoginTry } from '../../access/throttle.ts';
import type { Clock, Random } from '../../clock.ts';
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import type { Account } from '../../store/model.ts';
import { StreamError } from '../stream-error.ts';
import { downgradeProtection } from './downgrade.ts';
import { SaslFailure } from './failure.ts';
import { type ChannelBindings, hashOf, type SaslLogin, type SaslMechanism } from './mechanism.ts';
import { Plain } from './plain.ts';
import { Scram } from './scram.ts';

/** RFC 6120 section 6.4.5: between 2 and 5 retries. */
const MAX_FAILURES = 5;
const TOO_MANY = 'too many failed logins';
/** By which a name is counted: longer ones are nobody's, and must not fill the memory. */
const MAX_COUNTED = 256;

export interface SaslOptions {
  host: Host;
  address: string;
  /** As they are offered. */
  mechanisms: readonly string[];
  bindings: ChannelBindings;
  /** As Node names it; undefined where TLS is not this program's. */
  tlsVersion: string | undefined;
  throttle: LoginThrottle;
  clock: Clock;
  random: Random;
}

export interface Proven {
  account: Account;
  /** Of its secrets as they were looked at (Accounts.secretsStamp). */
  stamp: string;
  /** Whom it wants to act as, where it said so. */
  authzid: string | undefined;
  /** What the mechanism says along with success. */
  data: Buffer | undefined;
}

export type Admit = (login: string) => Promise<void>;

export class SaslExchange {
  readonly #options: SaslOptions;
  #mechanism: SaslMechanism | undefined;
  #failures = 0;
  /** The id that the client of this attempt gave itself. */
  #client: string | undefined;
  /** The attempt as the throttle counts it. */
  #try: LoginTry;
  /** Of the account that the attempt is for, as it began. */
  #stamp = '';

  constructor(options: SaslOptions) {
    this.#options = options;
    this.#try = { address: options.address, account: '' };
  }

  get running(): boolean {
    return this.#mechanism !== undefined;
  }

  /**
   * Begins an attempt with one of the mechanisms that are offered.
   * @param client the id that the client gave itself, where its profile knows of one
   * @throws SaslFailure
   */
  begin(name: string, client?: string): void {
    if (!this.#options.mechanisms.includes(name)) {
      throw new SaslFailure(name === 'PLAIN' ? 'encryption-required' : 'invalid-mechanism');
    }
    this.beginWith((admit) => this.#make(name, admit), client);
  }

  /** The same with another mechanism, which waits for `admit` before it looks at a secret. */
  beginWith(make: (admit: Admit) => SaslMechanism, client: string | undefined): void {
    this.#client = client;
    this.#mechanism = make((login) => this.#admit(login));
  }

  /** @throws SaslFailure, StreamError */
  async respond(data: Buffer): Promise<{ challenge: Buffer } | Proven> {
    if (!this.#mechanism) throw new SaslFailure('malformed-request');
    const step = await this.#mechanism.respond(data);
    return 'challenge' in step ? step : this.#finish(step);
  }

  /** Ends the attempt. Returns what to answer. @throws StreamError policy-violation after too many failures */
  failed(error: unknown): SaslFailure {
    if (error instanceof StreamError) throw error;
    this.#mechanism = undefined;
    this.#failures += 1;
    if (this.#failures > MAX_FAILURES) throw new StreamError('policy-violation', TOO_MANY);
    if (error instanceof SaslFailure) return error;
    this.#options.host.log.error({ error: String(error) }, 'a login could not be looked at');
    return new SaslFailure('temporary-auth-failure');
  }

  #make(name: string, admit: Admit): SaslMechanism {
    const { host, mechanisms, bindings, tlsVersion, random } = this.#options;
    if (name === 'PLAIN') return new Plain(host.accounts, admit);
    const hash = hashOf(name);
    const extensions = downgradeProtection(hash, mechanisms, [...bindings.keys()], tlsVersion);
    const plus = name.endsWith('-PLUS');
    return new Scram({ hash, plus, bindings, extensions, accounts: host.accounts, random, admit });
  }

  /** Holds an attempt back as long as the throttle wants. */
  async #admit(login: string): Promise<void> {
    const { throttle, clock, host } = this.#options;
    this.#try = this.#counted(login);
    const delayMs = throttle.delayMs(this.#try);
    if (delayMs === Number.POSITIVE_INFINITY) throw new StreamError('policy-violation', TOO_MANY);
    if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve));
    const account = host.accounts.find(login);
    this.#stamp = account ? host.accounts.secretsStamp(account) : '';
  }

  #finish({ proven, expired, account, authzid, data }: SaslLogin): Proven {
    const { throttle } = this.#options;
    this.#mechanism = undefined;
    // Tries at the same time were all let in before the first of them had failed: those too many learn nothing, right or wrong.
    if (throttle.delayMs(this.#try) === Number.POSITIVE_INFINITY) {
      throw new StreamError('policy-violation', TOO_MANY);
    }
    if (!proven) {
      throttle.failed(this.#try);
      throw new SaslFailure('not-authorized');
    }
    throttle.succeeded(this.#try);
    if (expired) throw new SaslFailure('credentials-expired');
    if (!account) throw new SaslFailure('account-disabled');
    if (!this.#mayActAs(account, authzid)) throw new SaslFailure('invalid-authzid');
    this.#assertAllowed(account);
    return { account, stamp: this.#stamp, authzid, data };
  }

  /** The owner's rules: of this member wherever it comes from, or of whoever comes from there. */
  #assertAllowed(account: Account): void {
    const { host, address } = this.#options;
    if (host.access.allows({ action: 'login', who: { account, address } })) return;
    if (host.access.allows({ action: 'login', who: { account } }))
      throw new SaslFailure('not-authorized', 'The owner of this server does not let you log in from this network.');
    throw new SaslFailure('account-disabled', 'The owner of this server does not let you log in.');
  }

  /** The one identity that a member may act as is its own (RFC 6120 section 6.3.8). */
  #mayActAs(account: Account, authzid: string | undefined): boolean {
    if (authzid === undefined) return true;
    try {
      const jid = Jid.parse(authzid);
      return jid.isBare && jid.local === account.local && this.#options.host.serves(jid.domain);
    } catch {
      return false;
    }
  }

  /** Names are counted by host, whichever of its domains the client came by. */
  #counted(login: string): LoginTry {
    const { address, host } = this.#options;
    const known = this.#client !== undefined && host.clients.knows(host.accounts.find(login), this.#client);
    return {
      address,
      account: `${login.slice(0, MAX_COUNTED)}@${host.server.domain}`,
      client: known ? this.#client : undefined,
    };
  }
}
