/** What a peer may do before it has logged in: SASL, and the IQs that extensions take from strangers. */
import type { Host } from '../extension.ts';
import type { Jid } from '../routing/jid.ts';
import { isStanza } from '../routing/stanza.ts';
import type { Element } from '../xml.ts';
import type { StreamContext } from './context.ts';
import { SaslExchange } from './sasl/exchange.ts';
import { NS_SASL } from './sasl/failure.ts';
import { type ChannelBindings, channelBindings, mechanismNames } from './sasl/mechanism.ts';
import { SaslNegotiation, type SaslReply } from './sasl/negotiation.ts';
import { NS_SASL2 } from './sasl2/namespaces.ts';
import { type Sasl2Login, Sasl2Negotiation } from './sasl2/negotiation.ts';
import { answerStranger } from './stranger.ts';
import { StreamError } from './stream-error.ts';
import type { Transport } from './transport.ts';

/** Its answer, and who has logged in by it; or a login that is to be completed by what its client asked for along with it. */
export type LoginStep = SaslReply | { login: Sasl2Login };

export interface LoginOptions {
  context: StreamContext;
  host: Host;
  transport: Transport;
  plainAllowed: boolean;
  /** Whom the client said that it is when it opened the stream. */
  from: Jid | undefined;
}

export class Login {
  /** Strongest first. */
  readonly mechanisms: readonly string[];
  readonly bindings: ChannelBindings;
  /** XEP-0388 section 3: only where nobody reads along. */
  readonly sasl2: Sasl2Negotiation | undefined;
  readonly #host: Host;
  readonly #transport: Transport;
  readonly #sasl: SaslNegotiation;
  /** What extensions remember of the stranger (routing/before-login.ts). */
  readonly #memory = new Map<string, string>();

  constructor({ context, host, transport, plainAllowed, from }: LoginOptions) {
    const { throttle, clock, random } = context;
    const { address, secure, tls } = transport;
    this.#host = host;
    this.#transport = transport;
    this.bindings = channelBindings(tls);
    this.mechanisms = mechanismNames(secure, plainAllowed, this.bindings, (hash) => host.accounts.hashes.offers(hash));
    const { mechanisms, bindings } = this;
    const tlsVersion = tls?.protocol;
    const exchange = new SaslExchange({ host, address, mechanisms, bindings, tlsVersion, throttle, clock, random });
    this.#sasl = new SaslNegotiation(exchange);
    this.sasl2 = secure ? new Sasl2Negotiation({ host, exchange, bindings, from }) : undefined;
  }

  /** @throws StreamError */
  async handle(element: Element): Promise<LoginStep> {
    const namespace = element.attrs.xmlns;
    if (this.sasl2 && (namespace === NS_SASL2 || this.sasl2.running)) return this.sasl2.handle(element);
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
