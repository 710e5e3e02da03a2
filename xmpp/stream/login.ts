/** What a peer may do before it has logged in: SASL, and the IQs that extensions take from strangers. */
import type { Host } from '../extension.ts';
import { isStanza } from '../routing/stanza.ts';
import type { Element } from '../xml.ts';
import type { StreamContext } from './context.ts';
import { NS_SASL } from './sasl/failure.ts';
import { type ChannelBindings, channelBindings, mechanismNames } from './sasl/mechanism.ts';
import { SaslNegotiation, type SaslReply } from './sasl/negotiation.ts';
import { answerStranger } from './stranger.ts';
import { StreamError } from './stream-error.ts';
import type { Transport } from './transport.ts';

export class Login {
  /** Strongest first. */
  readonly mechanisms: readonly string[];
  readonly bindings: ChannelBindings;
  readonly #host: Host;
  readonly #transport: Transport;
  readonly #sasl: SaslNegotiation;
  /** What extensions remember of the stranger (routing/before-login.ts). */
  readonly #memory = new Map<string, string>();

  constructor(context: StreamContext, host: Host, transport: Transport, plainAllowed: boolean) {
    const { throttle, clock, random } = context;
    const { address } = transport;
    this.#host = host;
    this.#transport = transport;
    this.mechanisms = mechanismNames(transport.secure, plainAllowed);
    this.bindings = channelBindings(transport.tls);
    const { mechanisms, bindings } = this;
    this.#sasl = new SaslNegotiation({ host, address, mechanisms, bindings, throttle, clock, random });
  }

  /** The answer, with the account once it is over. @throws StreamError */
  async handle(element: Element): Promise<SaslReply> {
    const namespace = element.attrs.xmlns;
    if (namespace === NS_SASL) return this.#sasl.handle(element);
    if (namespace !== undefined || element.name !== 'iq') refuseEarly(element);
    const { address, secure } = this.#transport;
    return { reply: await answerStranger(this.#host, { address, secure, memory: this.#memory }, element) };
  }
}

/** @throws StreamError for what may not come yet (RFC 6120 section 4.9.3.12), or never (section 4.9.3.24) */
export function refuseEarly(element: Element): never {
  const stanza = element.attrs.xmlns === undefined && isStanza(element);
  throw new StreamError(stanza ? 'not-authorized' : 'unsupported-stanza-type');
}
