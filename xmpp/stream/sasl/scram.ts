/** SCRAM with and without channel binding, the server's side (RFC 5802, RFC 7677). */
import { timingSafeEqual } from 'node:crypto';
import type { Accounts, LoginCredentials } from '../../access/accounts.ts';
import type { Random } from '../../clock.ts';
import type { Credential } from '../../store/model.ts';
import { SaslFailure } from './failure.ts';
import type { ChannelBindings, SaslMechanism, SaslStep } from './mechanism.ts';
import { checkProof, serverSignature } from './scram-keys.ts';
import { base64, preparedLogin, utf8 } from './text.ts';

const NONCE_BYTES = 18;

export interface ScramOptions {
  hash: Credential['hash'];
  /** A mechanism whose name ends in -PLUS. */
  plus: boolean;
  bindings: ChannelBindings;
  /** Attributes at the end of the server's first message, separated by commas (RFC 5802 section 7, `extensions`). */
  extensions: string;
  accounts: Accounts;
  random: Random;
  /** Waits as the throttle wants before an attempt is looked at. */
  admit: (login: string) => Promise<void>;
}

interface ClientFirst {
  /** As it came, up to and with the second comma. */
  gs2Header: string;
  bare: string;
  /** What `c=` of the final message must hold after the header. */
  binding: Buffer;
  authzid: string | undefined;
  name: string;
  nonce: string;
}

export class Scram implements SaslMechanism {
  readonly #options: ScramOptions;
  #first: ClientFirst | undefined;
  #serverFirst = '';
  #nonce = '';
  #kept: LoginCredentials | undefined;

  constructor(options: ScramOptions) {
    this.#options = options;
  }

  async respond(data: Buffer): Promise<SaslStep> {
    const message = utf8(data);
    return this.#first ? this.#onFinal(this.#first, message) : { challenge: await this.#onFirst(message) };
  }

  async #onFirst(message: string): Promise<Buffer> {
    const first = this.#readFirst(message);
    await this.#options.admit(first.name);
    this.#first = first;
    this.#kept = this.#options.accounts.credentials(first.name, this.#options.hash);
    this.#nonce = first.nonce + this.#options.random(NONCE_BYTES).toString('base64');
    const { salt, iterations } = this.#kept.credential;
    const { extensions } = this.#options;
    this.#serverFirst = `r=${this.#nonce},s=${Buffer.from(salt).toString('base64')},i=${iterations},${extensions}`;
    return Buffer.from(this.#serverFirst);
  }

  /** client-first-message of RFC 5802 section 7. */
  #readFirst(message: string): ClientFirst {
    const parts = /^(?<flag>n|y|p=(?<type>[A-Za-z0-9.-]+)),(?:a=(?<authzid>[^,]+))?,(?<bare>.*)$/s.exec(message);
    const { flag = '', type, authzid, bare = '' } = parts?.groups ?? {};
    const fields = /^n=(?<name>[^,]+),r=(?<nonce>[\x21-\x2b\x2d-\x7e]+)(?:,.*)?$/s.exec(bare);
    const { name = '', nonce = '' } = fields?.groups ?? {};
    if (!parts || !fields) throw new SaslFailure('malformed-request');
    return {
      gs2Header: message.slice(0, message.length - bare.length),
      bare,
      binding: this.#binding(flag, type),
      authzid: authzid === undefined ? undefined : saslName(authzid),
      name: preparedLogin(saslName(name)),
      nonce,
    };
  }

  /** Section 6: the flag must fit the mechanism, and `y` means that somebody hid the -PLUS mechanisms from the client. */
  #binding(flag: string, type: string | undefined): Buffer {
    const { plus, bindings } = this.#options;
    if (plus !== (type !== undefined))
      throw new SaslFailure('malformed-request', 'the channel binding flag does not fit');
    if (flag === 'y' && bindings.size > 0)
      throw new SaslFailure('not-authorized', 'server does support channel binding');
    if (type === undefined) return Buffer.alloc(0);
    const binding = bindings.get(type);
    if (!binding) throw new SaslFailure('not-authorized', 'unsupported channel binding type');
    return binding;
  }

  /** client-final-message. All checks are made whatever fails, so that the time tells nothing. */
  #onFinal(first: ClientFirst, message: string): SaslStep {
    const parts =
      /^(?<bare>c=(?<binding>[A-Za-z0-9+/=]+),r=(?<nonce>[\x21-\x2b\x2d-\x7e]+)(?:,.*)?),p=(?<proof>[^,]+)$/s.exec(
        message,
      );
    const { bare = '', binding = '', nonce = '', proof = '' } = parts?.groups ?? {};
    const kept = this.#kept;
    if (!parts || !kept) throw new SaslFailure('malformed-request');
    const authMessage = `${first.bare},${this.#serverFirst},${bare}`;
    const rightProof = checkProof(kept.credential, authMessage, base64(proof, 'malformed-request'));
    const rightNonce = same(Buffer.from(nonce), Buffer.from(this.#nonce));
    const rightBinding = same(
      base64(binding, 'malformed-request'),
      Buffer.concat([Buffer.from(first.gs2Header), first.binding]),
    );
    const known = kept.account !== undefined || kept.disabled;
    return {
      proven: rightProof && rightNonce && rightBinding && known,
      account: kept.account,
      authzid: first.authzid,
      data: Buffer.from(`v=${serverSignature(kept.credential, authMessage).toString('base64')}`),
    };
  }
}

/** `=2C` is a comma and `=3D` an equals sign; no other `=` may stand there. */
function saslName(text: string): string {
  if (/=(?!2C|3D)/.test(text)) throw new SaslFailure('malformed-request');
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

const same = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b);
