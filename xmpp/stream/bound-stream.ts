/** A stream with a session: its stanzas on their way in, and the elements of stream management (XEP-0198). */
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import type { Session } from '../routing/session.ts';
import { errorReply, iqResult, isStanza } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Element, firstChild } from '../xml.ts';
import { Backpressure } from './backpressure.ts';
import { NS_BIND, NS_SESSION } from './bind.ts';
import type { StreamContext } from './context.ts';
import { enableManagement } from './management/enable.ts';
import { ManagedOutlet } from './management/managed-outlet.ts';
import { failed, NS_SM } from './management/stanzas.ts';
import type { Carrier, StreamOutlet } from './outlet.ts';
import { serialize } from './serialize.ts';
import { StreamError } from './stream-error.ts';
import type { Reading } from './transport.ts';

/** Stanzas of one session that may wait for their turn. */
const MANY_PENDING = 64;

export interface BoundStreamOptions {
  context: StreamContext;
  host: Host;
  outlet: StreamOutlet;
  carrier: Carrier;
  /** The language that the client declared for its stream. */
  lang: string | undefined;
  reading: Reading;
}

export class BoundStream {
  readonly #options: BoundStreamOptions;
  readonly #session: Session;
  readonly #backpressure: Backpressure;
  #outlet: StreamOutlet;

  constructor(options: BoundStreamOptions) {
    this.#options = options;
    this.#outlet = options.outlet;
    this.#session = options.outlet.session;
    const { lane } = this.#session;
    this.#backpressure = new Backpressure({
      reading: options.reading,
      reason: 'lane',
      pending: () => lane.pending,
      many: MANY_PENDING,
    });
  }

  /** @throws StreamError */
  handle(element: Element): void {
    const namespace = element.attrs.xmlns;
    if (namespace === NS_SM) this.#manage(element);
    else if (namespace === undefined && isStanza(element)) this.#receive(element);
    else this.#offer(element);
  }

  #offer(element: Element): void {
    const { taken } = this.#options.host.hooks.run('nonza', { session: this.#session, element, taken: false });
    if (!taken) throw new StreamError('unsupported-stanza-type');
  }

  /** What the client may still say once the stream is closing: how far it got. */
  handleLate(element: Element): void {
    if (element.is('a', NS_SM) && this.#outlet instanceof ManagedOutlet) this.#outlet.acknowledged(element);
  }

  /** Runs when everything that came in is done. */
  afterAll(run: () => void): void {
    void this.#session.lane.barrier(async () => run());
  }

  fail(error?: StreamError): void {
    this.#outlet.fail(this.#options.carrier, error);
  }

  ended(clean: boolean): void {
    this.#outlet.streamEnded(this.#options.carrier, clean);
  }

  #receive(stanza: Element): void {
    this.#checkFrom(stanza.attrs.from);
    // RFC 6120 section 4.7.4: what is said in the stream's language says so when it leaves the stream.
    if (this.#options.lang !== undefined && stanza.name !== 'iq') stanza.attrs['xml:lang'] ??= this.#options.lang;
    const done = this.#ownAnswer(stanza) ?? this.#options.context.receive(this.#session, stanza);
    if (this.#outlet instanceof ManagedOutlet) this.#outlet.received(done);
    this.#backpressure.entered(done);
  }

  /** RFC 6120 section 8.1.2.1: full or bare JID of the session, or none. */
  #checkFrom(from: string | undefined): void {
    const { jid } = this.#session;
    if (from === undefined || from === jid.toString()) return;
    try {
      const claimed = Jid.parse(from);
      if (claimed.equals(jid) || claimed.equals(jid.bare)) return;
    } catch {
      // An address that cannot be read is not the session's.
    }
    throw new StreamError('invalid-from');
  }

  /** IQs to the stream itself: a second bind (RFC 6120 section 7.1), and the session that RFC 3921 had clients ask for. */
  #ownAnswer(stanza: Element): Promise<void> | undefined {
    if (stanza.name !== 'iq' || stanza.attrs.type !== 'set') return undefined;
    const payload = firstChild(stanza);
    const answer = payload?.is('bind', NS_BIND)
      ? errorReply(stanza, new StanzaError('not-allowed', { text: 'A resource is bound already.' }))
      : payload?.is('session', NS_SESSION)
        ? iqResult(stanza)
        : undefined;
    return answer && this.#session.lane.barrier(async () => this.#session.send(answer));
  }

  #manage(element: Element): void {
    const managed = this.#outlet instanceof ManagedOutlet ? this.#outlet : undefined;
    if (element.name === 'r' && managed) managed.requested();
    else if (element.name === 'a' && managed) managed.acknowledged(element);
    else if (element.name === 'enable' && !managed) this.#enable(element);
    else this.#refuse(element);
  }

  #enable(element: Element): void {
    const { context, host, carrier } = this.#options;
    const { outlet, enabled } = enableManagement(context, host, this.#session, carrier, element);
    carrier.write(serialize(enabled));
    this.#outlet = outlet;
  }

  /** A second `<enable/>` ends the stream (section 3); the rest is only refused. */
  #refuse(element: Element): void {
    this.#options.carrier.write(serialize(failed('unexpected-request')));
    if (element.name === 'enable') throw new StreamError('policy-violation', 'stream management is enabled already');
  }
}
