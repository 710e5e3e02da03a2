/**
 * A stream that another server opened, in the order in which it goes: opening → securing → opening → talking, with SASL EXTERNAL
 * (XEP-0178) → opening → talking once more, or dialback in its midst (conversation.ts).
 */
import type { Timer } from '../clock.ts';
import { NS_TLS } from '../stream/features.ts';
import { NS_SM } from '../stream/management/stanzas.ts';
import { type Opening, readOpening } from '../stream/opening.ts';
import type { StreamHeader } from '../stream/parser.ts';
import { NS_SASL } from '../stream/sasl/failure.ts';
import { Steps } from '../stream/steps.ts';
import { StreamError } from '../stream/stream-error.ts';
import type { Wire } from '../stream/wire.ts';
import { type Element, xml } from '../xml.ts';
import type { FederationContext } from './context.ts';
import { Conversation } from './conversation.ts';
import { NS_DIALBACK_FEATURE } from './dialback.ts';
import { domainIn } from './domain.ts';
import { External } from './external.ts';
import { Link } from './link.ts';
import { NS_BIDI, NS_BIDI_FEATURE } from './negotiation.ts';
import type { SecuredPeer } from './tls.ts';

const ID_BYTES = 16;
/** XEP-0478 */
const NS_LIMITS = 'urn:xmpp:stream-limits:0';

export class IncomingStream {
  /** Resolves when the connection is gone. Never rejects. */
  readonly ended: Promise<void>;
  readonly #context: FederationContext;
  readonly #link: Link;
  readonly #steps: Steps;
  #secured: SecuredPeer | undefined;
  #resolveEnded: () => void = () => undefined;
  #stage: 'opening' | 'securing' | 'talking' = 'opening';
  #conversation: Conversation | undefined;
  #external: External | undefined;
  /** From the header: who is called, and who says to call. */
  #local = '';
  #remote: string | undefined;
  /** By SASL. */
  #proved = false;
  #patience: Timer | undefined;

  /** @param secured where TLS came first */
  constructor(context: FederationContext, wire: Wire, secured?: SecuredPeer) {
    this.#context = context;
    this.#link = new Link(wire, context.limits, context.clock);
    this.#secured = secured;
    this.#steps = new Steps({
      busy: (on) => (on ? wire.hold('busy') : wire.release('busy')),
      failed: (error) => this.#fail(error),
    });
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  start(): void {
    const { loginSeconds } = this.#context.limits;
    if (loginSeconds > 0) {
      this.#patience = this.#context.clock.after(loginSeconds * 1000, () => {
        if (!this.#conversation?.known) this.#finish(new StreamError('connection-timeout'));
      });
    }
    this.#link.start({
      header: (header) => this.#steps.add(() => this.#open(header)),
      element: (element) => this.#steps.add(() => this.#handle(element)),
      end: () => this.#steps.add(() => this.#onPeerClosed()),
      failed: (error) => this.#steps.add(() => this.#fail(error)),
      closed: () => this.#onClosed(),
    });
  }

  shutDown(): void {
    this.#finish(new StreamError('system-shutdown'));
  }

  cut(): void {
    this.#link.destroy();
  }

  #open(header: StreamHeader): void {
    if (this.#stage !== 'opening') throw new StreamError('bad-format');
    const { from: _, ...called } = header;
    const opening = readOpening({ ...called, from: undefined }, (domain) =>
      this.#context.isServed(domain) ? this.#context : undefined,
    );
    this.#local = opening.domain;
    this.#checkFrom(header.from);
    const id = this.#newId();
    this.#writeHeader(id, header.from);
    if (!this.#secured) {
      this.#stage = 'securing';
      this.#link.send(xml('stream:features', {}, xml('starttls', { xmlns: NS_TLS }, xml('required'))));
      return;
    }
    this.#stage = 'talking';
    const conversation = this.#talk(this.#secured, id, opening);
    this.#sendFeatures(this.#secured);
    // Not before: what waits for this moment goes out at once.
    if (this.#proved && this.#remote !== undefined) conversation.hear(this.#local, this.#remote, 'certificate');
  }

  #newId(): string {
    return this.#context.random(ID_BYTES).toString('hex');
  }

  #writeHeader(id: string, to: string | undefined): void {
    // RFC 6120 section 4.7.4: an answer names one.
    this.#link.writeHeader({ id, from: this.#local || undefined, to, lang: 'en' });
  }

  /** RFC 6120 section 4.7.1: a server names itself; one that does not can still verify keys. */
  #checkFrom(from: string | undefined): void {
    const remote = domainIn(from);
    if (from !== undefined && remote === undefined) throw new StreamError('improper-addressing');
    if (this.#proved && remote !== this.#remote) throw new StreamError('invalid-from');
    this.#remote = remote;
    // Whatever its certificate says (one for all names below ours, on another machine): nobody out there is one of us.
    if (remote !== undefined && this.#context.isServed(remote))
      throw new StreamError('not-authorized', `${remote} is served here`);
    // Who may only be talked to has to ask whether it is the box that talks to it (XEP-0220 section 2.2.2).
    if (remote === undefined || this.#may('in', remote) || this.#may('out', remote)) return;
    this.#context.trouble(remote, 'turned away: the rules of this server');
    throw new StreamError('policy-violation', `this server does not talk to ${remote}`);
  }

  #may(direction: 'in' | 'out', remote: string): boolean {
    return this.#context.policy.allows(direction, this.#local, remote);
  }

  #talk(secured: SecuredPeer, id: string, { lang }: Opening): Conversation {
    this.#conversation ??= new Conversation({ context: this.#context, link: this.#link, direction: 'in', secured });
    this.#conversation.streamId = id;
    this.#conversation.lang = lang;
    return this.#conversation;
  }

  #sendFeatures({ certificate }: SecuredPeer): void {
    const list = xml('stream:features');
    const known = this.#proved;
    const remote = this.#remote;
    this.#external = undefined;
    if (!known) {
      list.append(xml('bidi', { xmlns: NS_BIDI_FEATURE }));
      if (remote !== undefined && this.#may('in', remote) && certificate.proves(remote)) {
        this.#external = new External(remote);
        list.append(xml('mechanisms', { xmlns: NS_SASL }, xml('mechanism', {}, 'EXTERNAL')));
      }
    }
    list.append(xml('dialback', { xmlns: NS_DIALBACK_FEATURE }, xml('errors')), xml('sm', { xmlns: NS_SM }));
    const { stanzaBytes, bytesBeforeLogin } = this.#context.limits;
    const maxBytes = known ? stanzaBytes : bytesBeforeLogin;
    if (maxBytes > 0) list.append(xml('limits', { xmlns: NS_LIMITS }, xml('max-bytes', {}, String(maxBytes))));
    this.#link.send(list);
  }

  #handle(element: Element): void | Promise<void> {
    switch (this.#stage) {
      case 'opening':
        throw new StreamError('not-authorized', 'the stream has to be opened first');
      case 'securing':
        if (element.is('starttls', NS_TLS)) return this.#startTls();
        throw new StreamError('policy-violation', 'TLS is needed');
      case 'talking':
        return this.#hear(element);
    }
  }

  #hear(element: Element): void {
    if (element.attrs.xmlns === NS_SASL) this.#logIn(element);
    else if (element.is('bidi', NS_BIDI)) this.#goBothWays();
    else this.#conversation?.handle(element);
  }

  #goBothWays(): void {
    if (this.#conversation && !this.#conversation.known) this.#conversation.bidi = true;
  }

  #logIn(element: Element): void {
    const remote = this.#remote;
    if (!this.#external || remote === undefined) throw new StreamError('not-authorized');
    const { reply, done } = this.#external.handle(element);
    const joins = done && this.#context.mayJoin(remote);
    if (done && !joins) throw new StreamError('resource-constraint', `too many streams from ${remote}`);
    this.#link.send(reply);
    if (!done) return;
    this.#proved = true;
    this.#link.admit();
    this.#stage = 'opening';
    this.#link.restart();
  }

  async #startTls(): Promise<void> {
    // As for clients: what somebody slipped in before TLS must not be taken for something said within it.
    await Promise.resolve();
    if (!this.#link.quiet || this.#steps.waiting > 0)
      throw new StreamError('policy-violation', 'nothing may follow <starttls/> before TLS');
    this.#link.send(xml('proceed', { xmlns: NS_TLS }));
    try {
      this.#secured = await this.#context.tls.accept(this.#link.wire);
    } catch {
      this.#context.log.debug({ address: this.#link.wire.address }, 'a TLS handshake of a server failed');
      return;
    }
    this.#stage = 'opening';
    this.#link.restart();
  }

  #fail(error: unknown): void {
    const streamError = error instanceof StreamError ? error : new StreamError('internal-server-error');
    const { address } = this.#link.wire;
    if (streamError !== error)
      this.#context.log.error({ error: String(error), address }, 'a stream of a server failed');
    else {
      const { condition, message } = streamError;
      this.#context.log.info({ address, domain: this.#remote, condition, reason: message }, 'a server was cut off');
      for (const remote of this.#conversation?.heard.keys() ?? []) this.#context.trouble(remote, `cut off: ${message}`);
    }
    this.#finish(streamError);
  }

  #finish(error?: StreamError): void {
    // An error stands within a stream (RFC 6120 section 4.9.1.2).
    if (!this.#link.headerSent) this.#writeHeader(this.#newId(), undefined);
    if (this.#conversation) this.#conversation.leave(error);
    else this.#link.finish(error);
  }

  #onPeerClosed(): void {
    this.#finish();
    this.#link.end();
  }

  #onClosed(): void {
    this.#patience?.cancel();
    this.#conversation?.closed();
    this.#resolveEnded();
  }
}
