/**
 * A stream's way in (RFC 6120 sections 4 to 7), top to bottom in the order in which it goes: opening → securing → login →
 * opening → binding. It is opened anew after STARTTLS and after SASL; SASL2 goes on to binding without that.
 */
import type { Host } from '../extension.ts';
import type { Account } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';
import { isLoopback } from './addresses.ts';
import { Binding } from './binding.ts';
import type { StreamContext } from './context.ts';
import { features, NS_TLS } from './features.ts';
import { Login, refuseEarly } from './login.ts';
import { readOpening } from './opening.ts';
import type { Carrier, StreamOutlet } from './outlet.ts';
import type { ParserLimits, StreamHeader } from './parser.ts';
import type { Proven } from './sasl/exchange.ts';
import { NS_SASL, SaslFailure } from './sasl/failure.ts';
import { NS_SASL2 } from './sasl2/namespaces.ts';
import type { Sasl2Login } from './sasl2/negotiation.ts';
import { serialize } from './serialize.ts';
import { StreamError } from './stream-error.ts';
import type { Transport } from './transport.ts';

const ID_BYTES = 16;

/** The stream as its way in sees it. */
export interface EntryStream {
  readonly context: StreamContext;
  readonly transport: Transport;
  readonly carrier: Carrier;
  /** It takes no more: it is closing, or gone. */
  readonly over: boolean;
  /** Things that came in and wait for their turn. */
  readonly waiting: number;
  /** The stream has a session from here on. `lang`: what the client declared for what it says. */
  carry(host: Host, outlet: StreamOutlet, lang: string | undefined): void;
}

type Stage = 'opening' | 'securing' | 'login' | 'binding' | 'bound';

export class Entry {
  readonly #stream: EntryStream;
  #stage: Stage = 'opening';
  #headerSent = false;
  /** What the client named in its header, prepared, and who serves it. */
  #domain: string | undefined;
  #lang: string | undefined;
  #login: Login | undefined;
  #account: Account | undefined;
  #binding: Binding | undefined;

  constructor(stream: EntryStream) {
    this.#stream = stream;
  }

  /** For what may come now. */
  get limits(): ParserLimits {
    const { bytesBeforeLogin, stanzaBytes, depth, attributes } = this.#stream.context.config.limits;
    return { bytes: this.#account ? stanzaBytes : bytesBeforeLogin, depth, attributes };
  }

  /** Whether the header that is due has gone out. */
  get headerSent(): boolean {
    return this.#headerSent;
  }

  /** @throws StreamError */
  handle(element: Element): void | Promise<void> {
    switch (this.#stage) {
      case 'opening':
        throw new StreamError('not-authorized', 'the stream has to be opened anew first');
      case 'securing':
        return this.#secure(element);
      case 'login':
        return this.#logIn(element);
      case 'binding':
      case 'bound':
        return this.#binding?.handle(element);
    }
  }

  // ---- opening

  /** @throws StreamError */
  open(header: StreamHeader): void {
    if (this.#stage !== 'opening') return;
    const { context, transport } = this.#stream;
    const opening = readOpening(header, (domain) => context.host(domain));
    if (this.#account && opening.domain !== this.#domain) throw new StreamError('improper-addressing');
    this.#domain = opening.domain;
    this.#lang = opening.lang;
    this.sendHeader(header.from);
    this.#stage = this.#account ? 'binding' : this.#tlsRequired() ? 'securing' : 'login';
    const host = this.#host();
    if (this.#stage === 'login') {
      this.#login = new Login({ context, host, transport, plainAllowed: this.#plainAllowed(), from: opening.from });
    }
    this.#sendFeatures(host, false);
  }

  sendHeader(to?: string): void {
    this.#headerSent = true;
    const { context, transport } = this.#stream;
    transport.writeHeader({ id: context.random(ID_BYTES).toString('hex'), from: this.#domain, to });
  }

  #sendFeatures(host: Host, managed: boolean): void {
    const stage = this.#stage;
    if (stage === 'opening') return;
    const { context, transport } = this.#stream;
    const { secure } = transport;
    const startTls = !secure && transport.startTls !== undefined;
    const { limits } = context.config;
    this.#send(features({ secure, startTls, stage, managed, login: this.#login, host, limits }));
  }

  #host(): Host {
    const host = this.#domain === undefined ? undefined : this.#stream.context.host(this.#domain);
    if (!host) throw new StreamError('host-gone');
    return host;
  }

  /** RFC 6120 sections 4.3.3 and 6.4.6: the stream starts again, and what came before counts no more. */
  #reopen(): void {
    // It may have been ended while it waited for a handshake or a password.
    if (this.#stream.over) return;
    this.#stage = 'opening';
    this.#headerSent = false;
    this.#stream.transport.restart(this.limits);
  }

  // ---- securing

  #tlsRequired(): boolean {
    return !this.#stream.transport.secure && !this.#plainAllowed();
  }

  #plainAllowed(): boolean {
    const { context, transport } = this.#stream;
    return context.config.allowPlainLoopback && isLoopback(transport.address);
  }

  #secure(element: Element): void | Promise<void> {
    if (element.is('starttls', NS_TLS)) return this.#startTls();
    const profile = element.is('auth', NS_SASL) ? NS_SASL : element.is('authenticate', NS_SASL2) ? NS_SASL2 : undefined;
    if (profile) this.#send(new SaslFailure('encryption-required').toElement(profile));
    else refuseEarly(element);
  }

  async #startTls(): Promise<void> {
    // By then the rest of what came along with it has been parsed: what somebody slipped in before TLS must not be taken for
    // something said within it.
    await Promise.resolve();
    const { startTls } = this.#stream.transport;
    if (!startTls) throw new StreamError('unsupported-stanza-type');
    if (!startTls.quiet() || this.#stream.waiting > 0) {
      throw new StreamError('policy-violation', 'nothing may follow <starttls/> before TLS');
    }
    this.#send(xml('proceed', { xmlns: NS_TLS }));
    await startTls.secure(this.#stream.context.tls.identityFor(this.#domain));
    this.#reopen();
  }

  // ---- login

  #logIn(element: Element): void | Promise<void> {
    if (!this.#stream.transport.secure && element.is('starttls', NS_TLS)) return this.#startTls();
    return this.#login && this.#authenticate(this.#login, element);
  }

  async #authenticate(login: Login, element: Element): Promise<void> {
    const step = await login.handle(element);
    if ('login' in step) return this.#complete(step.login);
    this.#send(step.reply);
    if (!step.proven) return;
    this.#admit(step.proven);
    this.#reopen();
  }

  /** SASL2: the stream goes on as it is. */
  async #complete(login: Sasl2Login): Promise<void> {
    // It may have been ended while it waited for a password.
    if (this.#stream.over) return;
    const binding = this.#admit(login);
    this.#stream.transport.limit(this.limits);
    this.#stage = 'binding';
    await binding.complete(login);
  }

  #admit({ account, stamp }: Pick<Proven, 'account' | 'stamp'>): Binding {
    this.#account = account;
    this.#binding = new Binding(this.#bindingStream(), account, stamp);
    this.#stream.transport.admit();
    return this.#binding;
  }

  // ---- binding

  #bindingStream(): ConstructorParameters<typeof Binding>[0] {
    const stream = this.#stream;
    return {
      context: stream.context,
      carrier: stream.carrier,
      domain: this.#domain ?? '',
      get over() {
        return stream.over;
      },
      host: () => this.#host(),
      carry: (host, outlet) => {
        this.#stage = 'bound';
        stream.carry(host, outlet, this.#lang);
      },
      sendFeatures: (host, managed) => this.#sendFeatures(host, managed),
    };
  }

  #send(element: Element): void {
    this.#stream.carrier.write(serialize(element));
  }
}
