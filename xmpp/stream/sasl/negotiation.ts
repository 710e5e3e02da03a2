/** The SASL profile of RFC 6120 section 6: elements in, elements out, until somebody has logged in. */
import { type Element, xml } from '../../xml.ts';
import type { Proven, SaslExchange } from './exchange.ts';
import { NS_SASL, SaslFailure } from './failure.ts';
import { base64 } from './text.ts';

export interface SaslReply {
  reply: Element;
  proven?: Proven;
}

export class SaslNegotiation {
  readonly #exchange: SaslExchange;

  constructor(exchange: SaslExchange) {
    this.#exchange = exchange;
  }

  /** `<auth/>`, `<response/>` or `<abort/>`. @throws StreamError policy-violation after too many failures */
  async handle(element: Element): Promise<SaslReply> {
    try {
      return await this.#step(element);
    } catch (error) {
      return { reply: this.#exchange.failed(error).toElement() };
    }
  }

  async #step(element: Element): Promise<SaslReply> {
    if (element.name === 'abort') throw new SaslFailure('aborted');
    if (element.name === 'auth') this.#exchange.begin(element.attrs.mechanism ?? '');
    if (!this.#exchange.running) throw new SaslFailure('malformed-request');
    const text = element.getText();
    if (element.name === 'auth' && text === '') return { reply: xml('challenge', { xmlns: NS_SASL }) };
    const step = await this.#exchange.respond(text === '=' ? Buffer.alloc(0) : base64(text, 'incorrect-encoding'));
    if ('challenge' in step) return { reply: xml('challenge', { xmlns: NS_SASL }, step.challenge.toString('base64')) };
    return { reply: xml('success', { xmlns: NS_SASL }, step.data?.toString('base64')), proven: step };
  }
}
