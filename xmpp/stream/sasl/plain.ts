/** PLAIN (RFC 4616). Offered only where nobody can listen. */
import type { Accounts } from '../../access/accounts.ts';
import { SaslFailure } from './failure.ts';
import type { SaslMechanism, SaslStep } from './mechanism.ts';
import { preparedLogin, utf8 } from './text.ts';

export class Plain implements SaslMechanism {
  readonly #accounts: Accounts;
  /** Waits as the throttle wants before a password is looked at. */
  readonly #admit: (login: string) => Promise<void>;

  constructor(accounts: Accounts, admit: (login: string) => Promise<void>) {
    this.#accounts = accounts;
    this.#admit = admit;
  }

  async respond(data: Buffer): Promise<SaslStep> {
    const [authzid, authcid, password, ...more] = utf8(data).split('\0');
    if (!authcid || !password || authzid === undefined || more.length > 0) throw new SaslFailure('malformed-request');
    const name = preparedLogin(authcid);
    await this.#admit(name);
    const account = await this.#accounts.checkPassword(name, password);
    return { account, proven: account !== undefined, authzid: authzid === '' ? undefined : authzid };
  }
}
