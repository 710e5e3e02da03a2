/**
 * A component's stream, `jabber:component:accept` of XEP-0114 section 3: opening, handshake, then stanzas in both directions.
 * Within the box its stanzas are without a namespace, as those of clients are (xmpp/xml.ts).
 */
import { addressKey } from '../access/address-key.ts';
import type { Debts } from '../access/debts.ts';
import type { Clock, Random, Timer } from '../clock.ts';
import type { Limits } from '../config.ts';
import type { Log } from '../log.ts';
import { Jid } from '../routing/jid.ts';
import type { Turn } from '../routing/lane.ts';
import { Lanes } from '../routing/lanes.ts';
import { errorReply, isStanza, mayBeAnswered } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { Backpressure } from '../stream/backpressure.ts';
import { domainOf } from '../stream/opening.ts';
import { NS_STREAM, type ParserLimits, type StreamHeader, StreamParser } from '../stream/parser.ts';
import { attribute, serialize } from '../stream/serialize.ts';
import { Steps } from '../stream/steps.ts';
import { StreamError } from '../stream/stream-error.ts';
import type { Wire } from '../stream/wire.ts';
import { type Element, xml } from '../xml.ts';
import { isHandshake } from './handshake.ts';

const NS_COMPONENT = 'jabber:component:accept';
const HANDSHAKE_MS = 10_000;
/** How long a connection has to show that somebody is still there. */
const ANSWER_MS = 5_000;
const ID_BYTES = 16;
/** Wrong secrets for one component from one address, which wear off at a like number a minute. */
const WRONG_TRIES = 10;
/** Stanzas on their way into the box. */
const MANY_PENDING = 100;

/** What a stream asks of the list of components. */
export interface Registry {
  /** The secret of a component, by its prepared domain. @throws StreamError where this box has no such component */
  secretOf(domain: string): string;
  /** The domain is the stream's from now on; `accepted` runs in the same moment. @throws StreamError conflict */
  claim(stream: ComponentStream, accepted: () => void): Promise<void>;
  receive(stanza: Element, from: Jid, to: Jid, turn?: Turn): Promise<void>;
  /** A stanza that the connection broke under. */
  lost(stream: ComponentStream, stanza: Element): void;
  ended(stream: ComponentStream): void;
}

export interface ComponentStreamOptions {
  wire: Wire;
  registry: Registry;
  limits: Limits;
  /** Wrong tries, by address and domain. */
  tries: Debts;
  clock: Clock;
  random: Random;
  log: Log;
}

export class ComponentStream {
  /** Resolves when the connection is gone. Never rejects. */
  readonly gone: Promise<void>;
  readonly #options: ComponentStreamOptions;
  readonly #id: string;
  readonly #limits: ParserLimits;
  readonly #parser: StreamParser;
  readonly #steps: Steps;
  readonly #lanes = new Lanes();
  readonly #backpressure: Backpressure;
  #resolveGone: () => void = () => undefined;
  #stage: 'opening' | 'handshake' | 'open' | 'closed' = 'opening';
  #domain = '';
  #headerSent = false;
  #patience: Timer | undefined;
  #probe: { id: string; answered: () => void } | undefined;

  constructor(options: ComponentStreamOptions) {
    const { limits, random, wire } = options;
    this.#options = options;
    this.#id = random(ID_BYTES).toString('hex');
    this.#limits = { bytes: limits.bytesBeforeLogin, depth: limits.depth, attributes: limits.attributes };
    const events = {
      header: (header: StreamHeader) => this.#steps.add(() => this.#open(header)),
      element: (element: Element) => this.#steps.add(() => this.#handle(element)),
      end: () => this.#steps.add(() => this.end()),
    };
    this.#parser = new StreamParser(NS_COMPONENT, events, this.#limits);
    this.#steps = new Steps({
      busy: (on) => (on ? wire.hold('busy') : wire.release('busy')),
      failed: (error) => this.#fail(error),
    });
    this.#backpressure = new Backpressure({
      reading: wire,
      reason: 'lanes',
      pending: () => this.#lanes.pending,
      many: MANY_PENDING,
    });
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
  }

  /** Prepared; empty before the stream's header. */
  get domain(): string {
    return this.#domain;
  }

  get address(): string {
    return this.#options.wire.address;
  }

  get closed(): boolean {
    return this.#stage === 'closed';
  }

  start(): void {
    const { wire, clock } = this.#options;
    this.#patience = clock.after(HANDSHAKE_MS, () =>
      this.end(new StreamError('connection-timeout', 'no handshake in time')),
    );
    wire.start({ data: (bytes) => this.#onData(bytes), closed: () => this.#onClosed() });
  }

  send(stanza: Element): void {
    const { wire, registry } = this.#options;
    wire.write(serialize(stanza), (written) => {
      if (!written) registry.lost(this, stanza);
    });
  }

  /** Whether somebody is at the other end: a machine that lost its power leaves a connection behind that looks well. */
  answers(from: string): Promise<boolean> {
    const { clock, random } = this.#options;
    if (this.#probe || this.closed) return Promise.resolve(!this.closed);
    return new Promise((resolve) => {
      const id = random(ID_BYTES).toString('hex');
      const settle = (alive: boolean) => {
        patience.cancel();
        this.#probe = undefined;
        resolve(alive);
      };
      const patience = clock.after(ANSWER_MS, () => settle(false));
      this.#probe = { id, answered: () => settle(true) };
      this.send(xml('iq', { type: 'get', id, from, to: this.#domain }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
    });
  }

  end(error?: StreamError): void {
    if (this.#stage === 'closed') return;
    const { wire, log } = this.#options;
    const wasOpen = this.#stage === 'open';
    this.#stage = 'closed';
    this.#patience?.cancel();
    if (!this.#headerSent) this.#sendHeader(undefined);
    if (error)
      log.info(
        { component: this.#domain, address: this.address, condition: error.condition, reason: error.text },
        'a component was turned away',
      );
    wire.write(`${error ? serialize(error.toElement()) : ''}</stream:stream>`);
    wire.end();
    if (wasOpen) this.#options.registry.ended(this);
  }

  #onData(bytes: Buffer): void {
    if (this.#stage === 'closed') return;
    try {
      this.#parser.write(bytes);
    } catch (error) {
      this.#steps.add(() => this.#fail(error));
    }
  }

  #onClosed(): void {
    const wasOpen = this.#stage === 'open';
    this.#stage = 'closed';
    this.#patience?.cancel();
    if (wasOpen) this.#options.registry.ended(this);
    this.#resolveGone();
  }

  #fail(error: unknown): void {
    const streamError = error instanceof StreamError ? error : new StreamError('internal-server-error');
    if (streamError !== error)
      this.#options.log.error({ component: this.#domain, error: String(error) }, "a component's stream failed");
    this.end(streamError);
  }

  #open({ to }: StreamHeader): void {
    if (this.#stage !== 'opening') return;
    if (to === undefined) throw new StreamError('improper-addressing', "the stream header has no 'to'");
    const domain = domainOf(to);
    if (domain === undefined) throw new StreamError('host-unknown');
    this.#options.registry.secretOf(domain);
    this.#domain = domain;
    this.#sendHeader(domain);
    this.#stage = 'handshake';
  }

  #sendHeader(from: string | undefined): void {
    this.#headerSent = true;
    this.#options.wire.write(
      `<?xml version='1.0'?><stream:stream xmlns='${NS_COMPONENT}' xmlns:stream='${NS_STREAM}' id='${this.#id}'` +
        `${from === undefined ? '' : ` from='${attribute(from)}'`}>`,
    );
  }

  #handle(element: Element): void | Promise<void> {
    if (element.attrs.xmlns === NS_STREAM) return this.end();
    if (this.#stage === 'handshake') return this.#shakeHands(element);
    if (this.#stage === 'open') return this.#take(element);
  }

  async #shakeHands(element: Element): Promise<void> {
    const { registry, tries } = this.#options;
    const key = `${addressKey(this.address)} ${this.#domain}`;
    if (element.name !== 'handshake' || element.attrs.xmlns !== undefined) throw new StreamError('not-authorized');
    if (tries.of(key) >= WRONG_TRIES)
      throw new StreamError('policy-violation', 'too many wrong secrets; wait a minute');
    if (!isHandshake(element.text().trim(), this.#id, registry.secretOf(this.#domain))) {
      tries.add(key);
      throw new StreamError('not-authorized');
    }
    await registry.claim(this, () => this.#accept());
  }

  #accept(): void {
    const { wire, limits, log } = this.#options;
    this.#stage = 'open';
    this.#patience?.cancel();
    // The parser looks at its limits anew for every piece of the stream.
    this.#limits.bytes = limits.stanzaBytes;
    wire.admit();
    wire.write('<handshake/>');
    log.info({ component: this.#domain, address: this.address }, 'a component connected');
  }

  #take(element: Element): void {
    if (!isStanza(element) || element.attrs.xmlns !== undefined) throw new StreamError('unsupported-stanza-type');
    this.#probe?.answered();
    const from = this.#sender(element);
    const to = this.#recipient(element);
    if (to === undefined) return;
    const receive = (turn?: Turn) => this.#options.registry.receive(element, from, to, turn);
    // By recipient: what a gateway says for many (a room and all in it) comes to a member in the order in which it was said.
    this.#backpressure.entered(this.#lanes.run(to.bare.toString(), element.name === 'message', receive));
  }

  /** Section 3: both addresses have to be there, and the sender's is at the component's own domain. */
  #sender({ name, attrs: { from, to } }: Element): Jid {
    if (from === undefined || to === undefined)
      throw new StreamError('improper-addressing', `a ${name} without 'from' and 'to'`);
    try {
      const jid = Jid.parse(from);
      if (jid.domain === this.#domain) return jid;
    } catch {
      // Told below: what is no address is none of its own.
    }
    throw new StreamError('invalid-from', `${from} is not at ${this.#domain}`);
  }

  /** What somebody typed into a gateway costs that stanza, not the stream of all the others. */
  #recipient(stanza: Element): Jid | undefined {
    try {
      return Jid.parse(stanza.attrs.to ?? '');
    } catch {
      if (mayBeAnswered(stanza)) this.send(errorReply(stanza, new StanzaError('jid-malformed')));
      return undefined;
    }
  }
}
