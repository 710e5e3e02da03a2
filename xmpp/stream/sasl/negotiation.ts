/**
 * The SASL exchange of one stream (RFC 6120 section 6): elements in, elements out, until somebody has logged in. Wrong tries are
 * slowed by the throttle and bounded; whether the account is there, wrong or disabled shows only to who proved its password.
 */
import type { LoginThrottle } from '../../access/throttle.ts';
import type { Clock, Random } from '../../clock.ts';
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import type { Account } from '../../store/model.ts';
import { type Element, xml } from '../../xml.ts';
import { StreamError } from '../stream-error.ts';
import { NS_SASL, SaslFailure } from './failure.ts';
import type { ChannelBindings, SaslLogin, SaslMechanism } from './mechanism.ts';
import { Plain } from './plain.ts';
import { Scram } from './scram.ts';
import { base64 } from './text.ts';

/** RFC 6120 section 6.4.5: between 2 and 5 retries. */
const MAX_FAILURES = 5;
const TOO_MANY = 'too many failed logins';
/** By which a name is counted: longer ones are nobody's, and must not fill the memory. */
const MAX_COUNTED = 256;

export interface SaslOptions {
  host: Host;
  address: string;
  mechanisms: readonly string[];
  bindings: ChannelBindings;
  throttle: LoginThrottle;
  clock: Clock;
  random: Random;
}

export interface SaslReply {
  reply: Element;
  account?: Account;
}

export class SaslNegotiation {
  readonly #options: SaslOptions;
  #mechanism: SaslMechanism | undefined;
  #failures = 0;

  constructor(options: SaslOptions) {
    this.#options = options;
  }

  /** `<auth/>`, `<response/>` or `<abort/>`. @throws StreamError policy-violation after too many failures */
  async handle(element: Element): Promise<SaslReply> {
    try {
      return await this.#step(element);
    } catch (error) {
      if (error instanceof StreamError) throw error;
      return { reply: this.#failed(error) };
    }
  }

  #failed(error: unknown): Element {
    this.#mechanism = undefined;
    this.#failures += 1;
    if (this.#failures > MAX_FAILURES) throw new StreamError('policy-violation', TOO_MANY);
    if (error instanceof SaslFailure) return error.toElement();
    this.#options.host.log.error({ error: String(error) }, 'a login could not be looked at');
    return new SaslFailure('temporary-auth-failure').toElement();
  }

  async #step(element: Element): Promise<SaslReply> {
    if (element.name === 'abort') throw new SaslFailure('aborted');
    if (element.name === 'auth') this.#mechanism = this.#begin(element.attrs.mechanism ?? '');
    const mechanism = this.#mechanism;
    if (!mechanism) throw new SaslFailure('malformed-request');
    const text = element.getText();
    if (element.name === 'auth' && text === '') return { reply: xml('challenge', { xmlns: NS_SASL }) };
    const step = await mechanism.respond(text === '=' ? Buffer.alloc(0) : base64(text, 'incorrect-encoding'));
    if ('challenge' in step) return { reply: xml('challenge', { xmlns: NS_SASL }, step.challenge.toString('base64')) };
    return this.#finish(step);
  }

  #begin(name: string): SaslMechanism {
    if (!this.#options.mechanisms.includes(name)) {
      throw new SaslFailure(name === 'PLAIN' ? 'encryption-required' : 'invalid-mechanism');
    }
    const admit = (login: string) => this.#admit(login);
    const { host, bindings, random } = this.#options;
    if (name === 'PLAIN') return new Plain(host.accounts, admit);
    const hash = name.startsWith('SCRAM-SHA-256') ? 'SHA-256' : 'SHA-1';
    return new Scram({ hash, plus: name.endsWith('-PLUS'), bindings, accounts: host.accounts, random, admit });
  }

  /** Holds an attempt back as long as the throttle wants. */
  async #admit(login: string): Promise<void> {
    const { throttle, clock, address } = this.#options;
    const delayMs = throttle.delayMs(address, this.#counted(login));
    if (delayMs === Number.POSITIVE_INFINITY) throw new StreamError('policy-violation', TOO_MANY);
    if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve));
  }

  #finish(login: SaslLogin): SaslReply {
    const { throttle, address } = this.#options;
    const counted = this.#counted(login.name);
    this.#mechanism = undefined;
    // Tries at the same time were all let in before the first of them had failed: those too many learn nothing, right or wrong.
    if (throttle.delayMs(address, counted) === Number.POSITIVE_INFINITY)
      throw new StreamError('policy-violation', TOO_MANY);
    if (!login.proven) {
      throttle.failed(address, counted);
      throw new SaslFailure('not-authorized');
    }
    throttle.succeeded(address, counted);
    if (!login.account) throw new SaslFailure('account-disabled');
    if (!this.#mayActAs(login.account, login.authzid)) throw new SaslFailure('invalid-authzid');
    const data = login.data?.toString('base64');
    return { reply: xml('success', { xmlns: NS_SASL }, data), account: login.account };
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
  #counted(login: string): string {
    return `${login.slice(0, MAX_COUNTED)}@${this.#options.host.server.domain}`;
  }
}
