/** SASL EXTERNAL for servers, the receiving side (XEP-0178 section 3, RFC 4422 appendix A). */
import { NS_SASL, SaslFailure } from '../stream/sasl/failure.ts';
import { StreamError } from '../stream/stream-error.ts';
import { type Element, xml } from '../xml.ts';
import { domainIn } from './domain.ts';

const MAX_TRIES = 3;

export class External {
  readonly #remote: string;
  #challenged = false;
  #tries = 0;

  /** @param remote the domain of the stream's `from`, which the peer's certificate proves */
  constructor(remote: string) {
    this.#remote = remote;
  }

  /** @throws StreamError policy-violation for one that goes on trying */
  handle(element: Element): { reply: Element; done: boolean } {
    try {
      return this.#answer(element);
    } catch (error) {
      if (!(error instanceof SaslFailure)) throw error;
      this.#tries += 1;
      if (this.#tries >= MAX_TRIES) throw new StreamError('policy-violation', 'too many wrong logins');
      return { reply: error.toElement(), done: false };
    }
  }

  #answer(element: Element): { reply: Element; done: boolean } {
    const text = element.getText().trim();
    const challenged = this.#challenged;
    this.#challenged = false;
    if (element.name === 'auth') {
      if (element.attrs.mechanism !== 'EXTERNAL') throw new SaslFailure('invalid-mechanism');
      // Without a first word there is nothing yet that could be meant.
      if (text === '') {
        this.#challenged = true;
        return { reply: xml('challenge', { xmlns: NS_SASL }), done: false };
      }
    } else if (element.name === 'abort') throw new SaslFailure('aborted');
    else if (element.name !== 'response' || !challenged) throw new SaslFailure('malformed-request');
    this.#check(text);
    return { reply: xml('success', { xmlns: NS_SASL }), done: true };
  }

  /** `=`, or nothing, is whom the stream named. */
  #check(text: string): void {
    if (text === '=' || text === '') return;
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new SaslFailure('incorrect-encoding');
    const identity = Buffer.from(text, 'base64').toString();
    if (domainIn(identity) !== this.#remote) throw new SaslFailure('invalid-authzid');
  }
}
