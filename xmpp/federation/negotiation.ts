/** The opening of a link that we dialled, in the order in which it goes (RFC 6120 sections 4.3, 5, 6; XEP-0178, 0288, 0220). */
import { NS_TLS } from '../stream/features.ts';
import { NS_SM } from '../stream/management/stanzas.ts';
import { NS_STREAM } from '../stream/parser.ts';
import { NS_SASL } from '../stream/sasl/failure.ts';
import { StreamError } from '../stream/stream-error.ts';
import type { Wire } from '../stream/wire.ts';
import { type Element, xml } from '../xml.ts';
import type { FederationContext } from './context.ts';
import { Conversation } from './conversation.ts';
import { NS_DIALBACK_FEATURE } from './dialback.ts';
import { PeerFailure } from './failure.ts';
import { Inbox } from './inbox.ts';
import { Link } from './link.ts';
import type { SecuredPeer } from './tls.ts';

export const NS_BIDI = 'urn:xmpp:bidi';
export const NS_BIDI_FEATURE = 'urn:xmpp:features:bidi';

export interface Pair {
  local: string;
  remote: string;
}

export interface NegotiationOptions {
  directTls: boolean;
  /** It has to prove itself by its certificate. */
  doubt?: unknown;
  /** Whether to try SASL EXTERNAL where it is offered. */
  external: boolean;
}

/** A link whose peer is known as well as its certificate makes it known; nothing has been said of us. */
export class Negotiation {
  readonly #context: FederationContext;
  readonly #pair: Pair;
  readonly #link: Link;
  readonly #inbox = new Inbox();
  readonly #options: NegotiationOptions;
  /** The peer was asked to believe our certificate and did not. */
  #unbelieved = false;
  #features: Element = xml('features');
  #streamId = '';
  #conversation: Conversation | undefined;

  constructor(context: FederationContext, pair: Pair, wire: Wire, options: NegotiationOptions) {
    this.#context = context;
    this.#pair = pair;
    this.#options = options;
    this.#link = new Link(wire, context.limits, context.clock);
  }

  /** Up to a link by which dialback keys can be verified. @throws PeerFailure */
  async secure(): Promise<Conversation> {
    const { remote } = this.#pair;
    const { tls, policy } = this.#context;
    const wire = this.#link.wire;
    let secured: SecuredPeer;
    if (this.#options.directTls) {
      secured = await tls.dial(wire, this.#pair.local, remote, true);
      this.#link.start(this.#inbox.events);
    } else {
      this.#link.start(this.#inbox.events);
      await this.#open();
      await this.#startTls();
      secured = await tls.dial(wire, this.#pair.local, remote, false);
      this.#link.restart();
    }
    const problem = secured.certificate.problemFor(remote);
    const { requireCertificate } = policy.of(remote);
    if (problem !== undefined && (requireCertificate || this.#options.doubt !== undefined))
      throw new PeerFailure(problem, { kind: 'unproved', lasting: true });
    await this.#open();
    const conversation = new Conversation({ context: this.#context, link: this.#link, direction: 'out', secured });
    this.#conversation = conversation;
    conversation.streamId = this.#streamId;
    return conversation;
  }

  /** From there to a link by which the pair may speak. @throws PeerFailure */
  async authenticate(conversation: Conversation): Promise<void> {
    const { local, remote } = this.#pair;
    const { dialback } = this.#context.policy.of(remote);
    const proof = conversation.secured.certificate.proves(remote) ? 'certificate' : 'dialback';
    // Who answers at the place that the DNS names is as well known as by dialback.
    if (this.#has('bidi', NS_BIDI_FEATURE) && (dialback || proof === 'certificate')) {
      this.#link.send(xml('bidi', { xmlns: NS_BIDI }));
      conversation.bidi = true;
    }
    const refused = this.#offersExternal() ? await this.#external() : 'it does not take our certificate';
    const begin = () => {
      if (this.#has('sm', NS_SM)) conversation.enableAcks();
      if (conversation.bidi) conversation.hear(local, remote, proof);
      conversation.say(local, remote, proof);
    };
    if (refused === undefined) {
      conversation.streamId = this.#streamId;
      // Before anything else of the peer's is looked at: stanzas may have come along.
      begin();
      this.hand(conversation);
    } else {
      if (!dialback)
        throw new PeerFailure(`${refused}, and dialback is switched off here`, { kind: 'refused', lasting: true });
      this.hand(conversation);
      await conversation.introduce(local, remote, begin);
    }
  }

  /** From here on all that comes is the conversation's. */
  hand(conversation: Conversation): void {
    const guarded = (work: () => void) => {
      try {
        work();
      } catch (error) {
        this.#fail(conversation, error);
      }
    };
    this.#inbox.giveTo({
      element: (element) => guarded(() => conversation.handle(element)),
      end: () => {
        conversation.leave();
        this.#link.end();
      },
      failed: (error) => this.#fail(conversation, error),
      closed: () => conversation.closed(),
    });
  }

  /** Other domains of ours may be introduced on it as well (XEP-0220 section 2.6.1). */
  get takesMore(): boolean {
    const feature = this.#features.getChild('dialback', NS_DIALBACK_FEATURE);
    return feature?.getChild('errors') !== undefined;
  }

  /** Some close the stream of whom they do not believe by SASL, before there can be dialback on it. */
  get endedByExternal(): boolean {
    return this.#unbelieved && !this.#link.open && this.#context.policy.of(this.#pair.remote).dialback;
  }

  giveUp(): void {
    this.#link.destroy();
    this.#conversation?.closed();
  }

  #fail(conversation: Conversation, error: unknown): void {
    const streamError = error instanceof StreamError ? error : new StreamError('internal-server-error');
    if (streamError !== error) this.#context.log.error({ error: String(error) }, 'a stream to a server failed');
    this.#context.trouble(this.#pair.remote, `it broke the rules: ${streamError.message}`);
    conversation.leave(streamError);
  }

  async #open(): Promise<void> {
    const { local, remote } = this.#pair;
    this.#link.writeHeader({ from: local, to: remote });
    const { id, version } = await this.#inbox.header();
    if (!/^[1-9]\d*\./.test(version ?? ''))
      throw new PeerFailure('it speaks no XMPP 1.0, and so no TLS', { kind: 'unconnected', lasting: true });
    this.#streamId = id ?? '';
    this.#features = await this.#inbox.element();
    if (!this.#features.is('features', NS_STREAM))
      throw new PeerFailure('it named no features', { kind: 'unconnected' });
  }

  async #startTls(): Promise<void> {
    if (!this.#has('starttls', NS_TLS))
      throw new PeerFailure('it offers no TLS', { kind: 'unconnected', lasting: true });
    this.#link.send(xml('starttls', { xmlns: NS_TLS }));
    const answer = await this.#inbox.element();
    if (!answer.is('proceed', NS_TLS) || !this.#link.quiet || !this.#inbox.empty)
      throw new PeerFailure('it refused TLS', { kind: 'unconnected' });
  }

  #offersExternal(): boolean {
    if (!this.#options.external) return false;
    const mechanisms = this.#features.getChild('mechanisms', NS_SASL)?.getChildren('mechanism') ?? [];
    return mechanisms.some((mechanism) => mechanism.getText() === 'EXTERNAL');
  }

  /** XEP-0178 section 3. Says why not, where it is refused. */
  async #external(): Promise<string | undefined> {
    const identity = Buffer.from(this.#pair.local).toString('base64');
    this.#link.send(xml('auth', { xmlns: NS_SASL, mechanism: 'EXTERNAL' }, identity));
    this.#unbelieved = true;
    const answer = await this.#inbox.element();
    if (!answer.is('success', NS_SASL))
      return `it refuses our certificate (${answer.getChildElements()[0]?.name ?? answer.name})`;
    this.#unbelieved = false;
    this.#link.restart();
    await this.#open();
    return undefined;
  }

  #has(name: string, namespace: string): boolean {
    return this.#features.getChild(name, namespace) !== undefined;
  }
}
