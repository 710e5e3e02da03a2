/**
 * The way out to a client with stream management (XEP-0198): keeps what the client has not acknowledged, counts what came in from
 * it and is done, and outlives its stream until the client resumes or the time is over.
 */
import type { Timer } from '../../clock.ts';
import type { Host } from '../../extension.ts';
import type { Session, Settled } from '../../routing/session.ts';
import { type Element, xml } from '../../xml.ts';
import type { StreamContext } from '../context.ts';
import type { Carrier, StreamOutlet } from '../outlet.ts';
import { serialize } from '../serialize.ts';
import { type StreamCondition, StreamError } from '../stream-error.ts';
import { counter, handledTooHigh, NS_SM, wrapped } from './stanzas.ts';

/** What one client may leave unacknowledged before it is given up. */
const MAX_UNACKED_BYTES = 4 * 1024 * 1024;
/** A client that does not answer a request for so long is taken to be gone, and its session waits for it to come back. */
const ACK_TIMEOUT_MS = 60_000;
/** After so long it is told that the client may be asleep, though its connection stands. */
const ACK_LATE_MS = 10_000;

interface Unacked {
  stanza: Element;
  bytes: number;
  settled: Settled | undefined;
}

export class ManagedOutlet implements StreamOutlet {
  readonly session: Session;
  readonly #context: StreamContext;
  readonly #host: Host;
  /** SM-ID, where the client asked for a stream that can be resumed. */
  #id: string | undefined;
  #resumeMs = 0;
  #carrier: Carrier | undefined;
  /** The last one's, for status pages. */
  #address: string;
  #secure: boolean;
  #unacked: Unacked[] = [];
  #unackedBytes = 0;
  /** Stanzas that the client acknowledged, and stanzas of the client that are done. Both wrap. */
  #acknowledged = 0;
  #handled = 0;
  /** Resolves when all that came in up to now is done, in order. */
  #inOrder: Promise<void> = Promise.resolve();
  #asked: Timer | undefined;
  #late: Timer | undefined;
  /** The client has not answered for long. */
  #isLate = false;
  #expiry: Timer | undefined;
  #over = false;

  constructor(context: StreamContext, host: Host, session: Session, carrier: Carrier) {
    this.#context = context;
    this.#host = host;
    this.session = session;
    this.#carrier = carrier;
    this.#address = carrier.address;
    this.#secure = carrier.secure;
  }

  get address(): string {
    return this.#address;
  }

  get secure(): boolean {
    return this.#secure;
  }

  get connected(): boolean {
    return this.#carrier !== undefined;
  }

  /** Answers `<enable/>`. Returns `<enabled/>`; with `maxSeconds` above 0 the stream can be resumed for so long. */
  enable(maxSeconds: number): Element {
    if (maxSeconds === 0) return xml('enabled', { xmlns: NS_SM });
    this.#id = this.#context.streams.resumables.add(this, this.#context.random);
    this.#resumeMs = maxSeconds * 1000;
    return xml('enabled', { xmlns: NS_SM, id: this.#id, resume: 'true', max: String(maxSeconds) });
  }

  send(stanza: Element, settled?: Settled): void {
    if (this.#over) {
      // It was on its way here when the session ended: it goes where the others of this session go, after them.
      this.#unacked.push({ stanza, bytes: 0, settled });
      if (!this.#carrier) this.#giveBack();
      return;
    }
    const text = serialize(stanza);
    const bytes = Buffer.byteLength(text);
    this.#unacked.push({ stanza, bytes, settled });
    this.#unackedBytes += bytes;
    if (this.#overfull()) {
      this.close('resource-constraint', 'too many unacknowledged stanzas');
      return;
    }
    this.#carrier?.write(text);
    this.#ask();
    if (!this.#carrier || this.#isLate) this.#tellWaiting([stanza]);
  }

  close(condition?: StreamCondition, text?: string): void {
    this.#close(condition === undefined ? undefined : new StreamError(condition, text));
  }

  fail(carrier: Carrier, error?: StreamError): void {
    if (carrier === this.#carrier) this.#close(error);
    else carrier.finish(error);
  }

  #close(error?: StreamError): void {
    if (this.#over) return;
    this.#end();
    if (this.#carrier) this.#carrier.finish(error);
    else this.#giveBack();
  }

  /** A stanza of the client: `h` counts it once `done` and all before it are. */
  received(done: Promise<void>): void {
    this.#inOrder = this.#inOrder.then(async () => {
      await done;
      this.#handled = wrapped(this.#handled + 1);
    });
  }

  /** `<r/>`: answered when all that came before it is done, so that the answer covers it. */
  requested(): void {
    this.session.gate?.flush();
    const carrier = this.#carrier;
    void this.#inOrder.then(() => {
      if (carrier && carrier === this.#carrier) carrier.write(serialize(xml('a', { xmlns: NS_SM, h: this.#handled })));
    });
  }

  /** `<a/>`. @throws StreamError bad-format, undefined-condition */
  acknowledged(element: Element): void {
    this.#take(counter(element.attrs.h));
    this.#forgetRequest();
    this.#ask();
  }

  /** The stream is over: cleanly closed it takes the session along, otherwise the session waits. */
  streamEnded(carrier: Carrier, clean: boolean): void {
    if (carrier !== this.#carrier) return;
    this.#carrier = undefined;
    this.#forgetRequest();
    if (this.#over) {
      this.#giveBack();
    } else if (clean || this.#id === undefined || this.#overfull()) {
      // What the client sent before the end is still done.
      void this.session.lane.barrier(async () => this.close());
    } else {
      this.#expiry = this.#context.clock.after(this.#resumeMs, () => this.close());
      this.#host.hooks.run('session disconnected', { session: this.session });
      this.#tellWaiting(this.#unacked.map(({ stanza }) => stanza));
    }
  }

  /**
   * Takes the session over to a new stream (`<resume/>`): the old one, if it is still there, ends with `conflict`; `<resumed/>`,
   * said as `say` says it, and all that the client lacks go out. What the client had sent is done by then, so that `h` tells it not to send it again.
   * @throws StreamError bad-format, undefined-condition
   * @returns false where the session ended meanwhile
   */
  async resume(element: Element, carrier: Carrier, say: (resumed: Element) => void): Promise<boolean> {
    const h = counter(element.attrs.h);
    this.#check(h);
    this.#letGo();
    await this.#inOrder;
    if (this.#over) return false;
    // Another connection may have been as quick.
    this.#letGo();
    this.#take(h);
    this.#carrier = carrier;
    this.#address = carrier.address;
    this.#secure = carrier.secure;
    say(xml('resumed', { xmlns: NS_SM, previd: this.#id, h: this.#handled }));
    for (const { stanza } of this.#unacked) carrier.write(serialize(stanza));
    this.#ask();
    this.#host.hooks.run('session resumed', { session: this.session });
    return true;
  }

  #letGo(): void {
    const old = this.#carrier;
    this.#carrier = undefined;
    this.#expiry?.cancel();
    this.#forgetRequest();
    old?.finish(new StreamError('conflict', 'resumed by a new connection'));
  }

  get #sent(): number {
    return wrapped(this.#acknowledged + this.#unacked.length);
  }

  #check(h: number): void {
    if (wrapped(h - this.#acknowledged) > this.#unacked.length) throw handledTooHigh(h, this.#sent);
  }

  #take(h: number): void {
    this.#check(h);
    const count = wrapped(h - this.#acknowledged);
    this.#acknowledged = h;
    for (const { bytes, settled } of this.#unacked.splice(0, count)) {
      this.#unackedBytes -= bytes;
      settled?.(true);
    }
  }

  /** One request is out at a time: what is sent until its answer comes is asked for by the next one. */
  #ask(): void {
    const carrier = this.#carrier;
    if (!carrier || this.#asked || this.#unacked.length === 0) return;
    this.#asked = this.#context.clock.after(ACK_TIMEOUT_MS, () => carrier.cut());
    this.#late = this.#context.clock.after(ACK_LATE_MS, () => {
      this.#isLate = true;
      this.#tellWaiting(this.#unacked.map(({ stanza }) => stanza));
    });
    queueMicrotask(() => {
      if (carrier === this.#carrier && this.#asked) carrier.write(serialize(xml('r', { xmlns: NS_SM })));
    });
  }

  #forgetRequest(): void {
    this.#asked?.cancel();
    this.#asked = undefined;
    this.#late?.cancel();
    this.#isLate = false;
  }

  #tellWaiting(stanzas: readonly Element[]): void {
    if (stanzas.length > 0) this.#host.hooks.run('stanzas waiting', { session: this.session, stanzas });
  }

  /** While connected only by bytes: a client may well take a long archive before it says a word. */
  #overfull(): boolean {
    if (this.#unackedBytes > MAX_UNACKED_BYTES) return true;
    const { resumeStanzas } = this.#context.config.limits;
    return this.#carrier === undefined && resumeStanzas !== 0 && this.#unacked.length > resumeStanzas;
  }

  #end(): void {
    this.#over = true;
    this.#expiry?.cancel();
    this.#forgetRequest();
    if (this.#id !== undefined) this.#context.streams.resumables.remove(this.#id, this.#handled);
    this.#host.sessions.end(this.session);
  }

  /** After the session ended, so that its stanzas do not come back to it; the client may acknowledge some until its stream is over. */
  #giveBack(): void {
    const rest = this.#unacked.splice(0);
    for (const { settled } of rest) settled?.(false);
    if (rest.length > 0) {
      this.#context.undelivered(
        this.session,
        rest.map(({ stanza }) => stanza),
      );
    }
  }
}
