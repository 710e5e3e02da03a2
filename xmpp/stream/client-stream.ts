/**
 * A client's stream from connection to end: its way in (entry.ts), then its session (bound-stream.ts), then its closing. One thing
 * that came in is done after the other. How it travels is transport.ts's.
 */
import type { Timer } from '../clock.ts';
import type { Host } from '../extension.ts';
import type { Element } from '../xml.ts';
import { BoundStream } from './bound-stream.ts';
import type { StreamContext } from './context.ts';
import { Entry, type EntryStream } from './entry.ts';
import type { Carrier, StreamOutlet } from './outlet.ts';
import { NS_STREAM, type StreamHeader } from './parser.ts';
import { RateLimit } from './rate-limit.ts';
import { serialize } from './serialize.ts';
import { Steps } from './steps.ts';
import { type StreamCondition, StreamError } from './stream-error.ts';
import type { Transport } from './transport.ts';

/** For the client to close its side once the server has closed its own. */
const CLOSE_MS = 2_000;

type Stage = 'entry' | 'bound' | 'closing' | 'closed';

export class ClientStream implements Carrier {
  /** Resolves when the connection is gone. Never rejects. */
  readonly ended: Promise<void>;
  readonly #context: StreamContext;
  readonly #transport: Transport;
  readonly #rate: RateLimit;
  readonly #steps: Steps;
  #resolveEnded: () => void = () => undefined;
  readonly #entry: Entry;
  #stage: Stage = 'entry';
  #bound: BoundStream | undefined;
  #loginTimer: Timer | undefined;
  #clientClosed = false;

  constructor(context: StreamContext, transport: Transport) {
    this.#context = context;
    this.#transport = transport;
    const { stanzasPerSecond: perSecond } = context.config.limits;
    this.#rate = new RateLimit({ reading: transport, reason: 'rate', perSecond, clock: context.clock });
    this.#steps = new Steps({
      busy: (on) => (on ? transport.hold('busy') : transport.release('busy')),
      failed: (error) => this.#fail(error),
    });
    this.#entry = new Entry(this.#entryStream());
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  get address(): string {
    return this.#transport.address;
  }

  get secure(): boolean {
    return this.#transport.secure;
  }

  start(): void {
    const { loginSeconds } = this.#context.config.limits;
    if (loginSeconds > 0) {
      this.#loginTimer = this.#context.clock.after(loginSeconds * 1000, () =>
        this.finish(new StreamError('connection-timeout', `not logged in within ${loginSeconds} seconds`)),
      );
    }
    this.#transport.start(
      {
        header: (header) => this.#steps.add(() => this.#onHeader(header)),
        element: (element) => this.#onElement(element),
        end: () => this.#steps.add(() => this.#onClientClosed()),
        failed: (error) => this.#steps.add(() => this.#fail(error)),
        closed: () => this.#onClosed(),
      },
      this.#entry.limits,
    );
  }

  // ---- what comes in, one thing after the other

  #onHeader(header: StreamHeader): void {
    if (this.#stage === 'entry') this.#entry.open(header);
  }

  #onElement(element: Element): void {
    this.#rate.count();
    this.#steps.add(() => this.#handle(element));
  }

  #handle(element: Element): void | Promise<void> {
    if (element.attrs.xmlns === NS_STREAM && this.#stage !== 'closing') return this.finish();
    switch (this.#stage) {
      case 'entry':
        return this.#entry.handle(element);
      case 'bound':
        return this.#bound?.handle(element);
      case 'closing':
        return this.#bound?.handleLate(element);
      case 'closed':
        return;
    }
  }

  // ---- from the way in to a session

  #entryStream(): EntryStream {
    const stream = this;
    return {
      context: this.#context,
      transport: this.#transport,
      carrier: this,
      get over() {
        return stream.#over;
      },
      get waiting() {
        return stream.#steps.waiting;
      },
      carry: (host, outlet, lang) => this.#carry(host, outlet, lang),
    };
  }

  #carry(host: Host, outlet: StreamOutlet, lang: string | undefined): void {
    this.#loginTimer?.cancel();
    this.#bound = new BoundStream({
      context: this.#context,
      host,
      outlet,
      carrier: this,
      lang,
      reading: this.#transport,
    });
    if (this.#stage === 'entry') this.#stage = 'bound';
  }

  // ---- what goes out

  write(text: string, written?: (written: boolean) => void): void {
    if (this.#over) written?.(false);
    else this.#transport.write(text, written);
  }

  // ---- closing

  get #over(): boolean {
    return this.#stage === 'closing' || this.#stage === 'closed';
  }

  /** The session ends with the stream where the fault is the client's; what it had said before is still done. */
  #fail(error: unknown): void {
    this.#transport.ignore();
    const streamError = error instanceof StreamError ? error : new StreamError('internal-server-error');
    if (streamError !== error) {
      const details = error instanceof Error ? error.stack : String(error);
      this.#context.log.error({ error: details, address: this.address }, 'a stream failed');
    }
    if (this.#stage === 'bound') this.#bound?.afterAll(() => this.#bound?.fail(streamError));
    else this.finish(streamError);
  }

  #onClientClosed(): void {
    this.#clientClosed = true;
    if (this.#stage === 'closing') this.#transport.end();
    else if (this.#stage === 'bound') this.#bound?.afterAll(() => this.finish());
    else this.finish();
  }

  finish(error?: StreamError): void {
    if (this.#over) return;
    this.#loginTimer?.cancel();
    if (!this.#entry.headerSent) this.#entry.sendHeader();
    if (error) this.#transport.write(serialize(error.toElement()));
    this.#transport.writeEnd();
    this.#stage = 'closing';
    if (error) this.#context.log.debug({ address: this.address, condition: error.condition }, 'a stream was ended');
    if (error || this.#clientClosed) this.#transport.end();
    else this.#context.clock.after(CLOSE_MS, () => this.#transport.end());
    if (this.#clientClosed) this.#bound?.ended(true);
  }

  cut(): void {
    this.#transport.destroy();
  }

  /** For the server's stop. */
  shutDown(condition: StreamCondition): void {
    const error = new StreamError(condition);
    if (this.#stage === 'bound') this.#bound?.afterAll(() => this.#bound?.fail(error));
    else this.finish(error);
  }

  #onClosed(): void {
    this.#stage = 'closed';
    this.#transport.ignore();
    this.#loginTimer?.cancel();
    this.#rate.stop();
    this.#bound?.ended(this.#clientClosed);
    this.#resolveEnded();
  }
}
