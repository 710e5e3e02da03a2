/**
 * Hashed tokens, the mechanisms of FAST (draft-schmaus-kitten-sasl-ht-09): the client shows that it has the token, the server
 * that it has it too, within one exchange. What they say holds for one channel only where they are bound to it.
 */
import { createHmac } from 'node:crypto';
import type { Accounts } from '../../access/accounts.ts';
import type { Clients, TokenUse } from '../../access/clients.ts';
import type { Admit } from './exchange.ts';
import { SaslFailure } from './failure.ts';
import type { ChannelBindings, SaslMechanism, SaslStep } from './mechanism.ts';
import { preparedLogin, utf8 } from './text.ts';

/** Channel binding type of each; undefined for the one that is not bound. */
const TYPES = {
  'HT-SHA-256-EXPR': 'tls-exporter',
  'HT-SHA-256-ENDP': 'tls-server-end-point',
  'HT-SHA-256-NONE': undefined,
} as const;

/** Strongest first. */
export function tokenMechanisms(bindings: ChannelBindings): string[] {
  return Object.entries(TYPES)
    .filter(([, type]) => type === undefined || bindings.has(type))
    .map(([name]) => name);
}

export interface HashedTokenOptions {
  mechanism: string;
  bindings: ChannelBindings;
  /** The client that the token was given to, and how it is used now. */
  client: string;
  use: TokenUse;
  accounts: Accounts;
  clients: Clients;
  admit: Admit;
}

export class HashedToken implements SaslMechanism {
  readonly #options: HashedTokenOptions;

  constructor(options: HashedTokenOptions) {
    this.#options = options;
  }

  /** initiator-message = authcid NUL initiator-hashed-token */
  async respond(data: Buffer): Promise<SaslStep> {
    const { mechanism, client, use, accounts, clients, admit } = this.#options;
    const end = data.indexOf(0);
    if (end < 1) throw new SaslFailure('malformed-request');
    const name = preparedLogin(utf8(data.subarray(0, end)));
    const shown = data.subarray(end + 1);
    await admit(name);
    const account = accounts.find(name);
    const found =
      account &&
      (await clients.useToken(account, client, mechanism, shown, (key) => this.#sign(key, 'Initiator'), use));
    const login = { account: account?.status === 'active' ? account : undefined, authzid: undefined };
    if (!found) return { ...login, account: undefined, proven: false };
    return { ...login, proven: true, expired: found.expired, data: this.#sign(found.secret, 'Responder') };
  }

  #sign(token: string, who: 'Initiator' | 'Responder'): Buffer {
    const { mechanism, bindings } = this.#options;
    const type = TYPES[mechanism as keyof typeof TYPES];
    const binding = type === undefined ? undefined : bindings.get(type);
    return createHmac('sha256', token)
      .update(who)
      .update(binding ?? '')
      .digest();
  }
}
