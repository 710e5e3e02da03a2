/**
 * A client's stream from connection to end (RFC 6120 sections 4 to 7), top to bottom in the order in which it goes:
 * opening → securing → login → opening → binding → bound → closing → closed.
 * A stream that is opened anew (after STARTTLS, after SASL) goes through `opening` again. How it travels is transport.ts's.
 */
import type { Timer } from '../clock.ts';
import type { Host } from '../extension.ts';
import { Session } from '../routing/session.ts';
import { errorReply } from '../routing/stanza.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { type Element, firstChild, xml } from '../xml.ts';
import { isLoopback } from './addresses.ts';
import { bindResult, boundJid, NS_BIND } from './bind.ts';
import { BoundStream } from './bound-stream.ts';
import type { StreamContext } from './context.ts';
import { features, NS_TLS } from './features.ts';
import { Login, refuseEarly } from './login.ts';
import { failed, NS_SM } from './management/stanzas.ts';
import { readOpening } from './opening.ts';
import { type Carrier, PlainOutlet, type StreamOutlet } from './outlet.ts';
import { NS_STREAM, type ParserLimits, type StreamHeader } from './parser.ts';
import { NS_SASL, SaslFailure } from './sasl/failure.ts';
import { serialize } from './serialize.ts';
import { Steps } from './steps.ts';
import { type StreamCondition, StreamError } from './stream-error.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Transport } from './transport.ts';

const BURST_SECONDS = 10;
/** For the client to close its side once the server has closed its own. */
const CLOSE_MS = 2_000;
const ID_BYTES = 16;

type Stage = 'opening' | 'securing' | 'login' | 'binding' | 'bound' | 'closing' | 'closed';

export class ClientStream implements Carrier {
  /** Resolves when the connection is gone. Never rejects. */
  readonly ended: Promise<void>;
  readonly #context: StreamContext;
  readonly #transport: Transport;
  readonly #bucket: TokenBucket;
  readonly #steps: Steps;
  #resolveEnded: () => void = () => undefined;
  #stage: Stage = 'opening';
  #headerSent = false;
  /** What the client named in its header, prepared, and who serves it. */
  #domain: string | undefined;
  #lang: string | undefined;
  #login: Login | undefined;
  #account: Account | undefined;
  #bound: BoundStream | undefined;
  #loginTimer: Timer | undefined;
  #rateTimer: Timer | undefined;
  #clientClosed = false;

  constructor(context: StreamContext, transport: Transport) {
    this.#context = context;
    this.#transport = transport;
    const { stanzasPerSecond } = context.config.limits;
    this.#bucket = new TokenBucket(context.clock, stanzasPerSecond, stanzasPerSecond * BURST_SECONDS);
    this.#steps = new Steps({
      busy: (on) => (on ? transport.hold('busy') : transport.release('busy')),
      failed: (error) => this.#fail(error),
    });
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
        header: (header) => this.#steps.add(() => this.#open(header)),
        element: (element) => this.#onElement(element),
        end: () => this.#steps.add(() => this.#onClientClosed()),
        failed: (error) => this.#steps.add(() => this.#fail(error)),
        closed: () => this.#onClosed(),
      },
      this.#parserLimits(),
    );
  }

  // ---- what comes in, one thing after the other

  #parserLimits(): ParserLimits {
    const { bytesBeforeLogin, stanzaBytes, depth, attributes } = this.#context.config.limits;
    return { bytes: this.#account ? stanzaBytes : bytesBeforeLogin, depth, attributes };
  }

  #onElement(element: Element): void {
    const waitMs = this.#bucket.take();
    if (waitMs > 0) this.#slowDown(waitMs);
    this.#steps.add(() => this.#handle(element));
  }

  #slowDown(waitMs: number): void {
    this.#transport.hold('rate');
    this.#rateTimer?.cancel();
    this.#rateTimer = this.#context.clock.after(waitMs, () => this.#transport.release('rate'));
  }

  #handle(element: Element): void | Promise<void> {
    if (element.attrs.xmlns === NS_STREAM && this.#stage !== 'closing') return this.finish();
    switch (this.#stage) {
      case 'opening':
        throw new StreamError('not-authorized', 'the stream has to be opened anew first');
      case 'securing':
        return this.#secure(element);
      case 'login':
        return this.#logIn(element);
      case 'binding':
        return this.#bind(element);
      case 'bound':
        return this.#bound?.handle(element);
      case 'closing':
        return this.#bound?.handleLate(element);
      case 'closed':
        return;
    }
  }

  // ---- opening

  #open(header: StreamHeader): void {
    if (this.#stage !== 'opening') return;
    const opening = readOpening(header, (domain) => this.#context.host(domain) !== undefined);
    if (this.#account && opening.domain !== this.#domain) throw new StreamError('improper-addressing');
    this.#domain = opening.domain;
    this.#lang = opening.lang;
    this.#sendHeader(header.from);
    this.#stage = this.#account ? 'binding' : this.#tlsRequired() ? 'securing' : 'login';
    const host = this.#host();
    if (this.#stage === 'login') this.#login = new Login(this.#context, host, this.#transport, this.#plainAllowed());
    this.#sendFeatures(host);
  }

  #sendHeader(to?: string): void {
    this.#headerSent = true;
    this.#transport.writeHeader({ id: this.#context.random(ID_BYTES).toString('hex'), from: this.#domain, to });
  }

  #sendFeatures(host: Host): void {
    const list = features({
      secure: this.secure,
      startTls: !this.secure && this.#transport.startTls !== undefined,
      authenticated: this.#account !== undefined,
      tlsRequired: this.#stage === 'securing',
      mechanisms: this.#login?.mechanisms ?? [],
      bindings: this.#login?.bindings ?? new Map(),
      hooks: host.hooks,
      limits: this.#context.config.limits,
    });
    this.#transport.write(serialize(list));
  }

  #host(): Host {
    const host = this.#domain === undefined ? undefined : this.#context.host(this.#domain);
    if (!host) throw new StreamError('host-gone');
    return host;
  }

  /** RFC 6120 sections 4.3.3 and 6.4.6: the stream starts again, and what came before counts no more. */
  #reopen(): void {
    // It may have been ended while it waited for a handshake or a password.
    if (this.#stage === 'closing' || this.#stage === 'closed') return;
    this.#stage = 'opening';
    this.#headerSent = false;
    this.#transport.restart(this.#parserLimits());
  }

  // ---- securing

  #tlsRequired(): boolean {
    return !this.secure && !this.#plainAllowed();
  }

  #plainAllowed(): boolean {
    return this.#context.config.allowPlainLoopback && isLoopback(this.address);
  }

  #secure(element: Element): void | Promise<void> {
    if (element.is('starttls', NS_TLS)) return this.#startTls();
    if (element.is('auth', NS_SASL)) this.#send(new SaslFailure('encryption-required').toElement());
    else refuseEarly(element);
  }

  async #startTls(): Promise<void> {
    // By then the rest of what came along with it has been parsed: what somebody slipped in before TLS must not be taken for
    // something said within it.
    await Promise.resolve();
    const { startTls } = this.#transport;
    if (!startTls) throw new StreamError('unsupported-stanza-type');
    if (!startTls.quiet() || this.#steps.waiting > 0) {
      throw new StreamError('policy-violation', 'nothing may follow <starttls/> before TLS');
    }
    this.#send(xml('proceed', { xmlns: NS_TLS }));
    await startTls.secure(this.#context.tls.identity);
    this.#reopen();
  }

  // ---- login

  #logIn(element: Element): void | Promise<void> {
    if (!this.secure && element.is('starttls', NS_TLS)) return this.#startTls();
    return this.#login && this.#authenticate(this.#login, element);
  }

  async #authenticate(login: Login, element: Element): Promise<void> {
    const { reply, account } = await login.handle(element);
    this.#send(reply);
    if (!account) return;
    this.#account = account;
    this.#transport.admit();
    this.#reopen();
  }

  // ---- binding

  #bind(element: Element): void | Promise<void> {
    const account = this.#account;
    const host = this.#host();
    // It may have been disabled or removed since it logged in, and its name given to somebody else.
    const present = account && host.accounts.find(account.local);
    if (!present || present.id !== account.id || present.status !== 'active') throw new StreamError('not-authorized');
    if (element.is('resume', NS_SM)) return this.#resume(element, host, account);
    if (element.attrs.xmlns === NS_SM) return this.#send(failed('unexpected-request'));
    if (!firstChild(element)?.is('bind', NS_BIND) || element.attrs.type !== 'set') refuseEarly(element);
    try {
      this.#bindResource(element, host, account);
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      this.#send(errorReply(element, error));
    }
  }

  #bindResource(request: Element, host: Host, account: Account): void {
    const { clock, random } = this.#context;
    const payload = firstChild(request) ?? request;
    const jid = boundJid(host, account, this.#domain ?? '', payload, random);
    const outlet: StreamOutlet = new PlainOutlet(this.#context, host, this, () => session);
    const session = new Session(account, jid, clock.nowMs(), outlet);
    this.#send(bindResult(request.attrs.id, jid));
    this.#carry(host, outlet);
    host.sessions.add(session);
    host.log.info({ jid: jid.toString(), address: this.address }, 'a session was bound');
  }

  /** XEP-0198 section 5. */
  async #resume(element: Element, host: Host, account: Account): Promise<void> {
    const { resumables } = this.#context.streams;
    const id = element.attrs.previd ?? '';
    const outlet = resumables.find(id, account.id);
    if (!outlet || !(await outlet.resume(element, this))) {
      this.#send(failed('item-not-found', resumables.handledBefore(id, account.id)));
      return;
    }
    this.#carry(host, outlet);
    if (this.#stage === 'closed') outlet.streamEnded(this, false);
    else host.log.info({ jid: outlet.session.jid.toString(), address: this.address }, 'a session was resumed');
  }

  #carry(host: Host, outlet: StreamOutlet): void {
    this.#loginTimer?.cancel();
    this.#bound = new BoundStream({
      context: this.#context,
      host,
      outlet,
      carrier: this,
      lang: this.#lang,
      hold: (on) => (on ? this.#transport.hold('lane') : this.#transport.release('lane')),
    });
    if (this.#stage === 'binding') this.#stage = 'bound';
  }

  // ---- what goes out

  #send(element: Element): void {
    this.write(serialize(element));
  }

  write(text: string, written?: (written: boolean) => void): void {
    if (this.#stage === 'closing' || this.#stage === 'closed') written?.(false);
    else this.#transport.write(text, written);
  }

  // ---- closing

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
    if (this.#stage === 'closing' || this.#stage === 'closed') return;
    this.#loginTimer?.cancel();
    if (!this.#headerSent) this.#sendHeader();
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
    this.#rateTimer?.cancel();
    this.#bound?.ended(this.#clientClosed);
    this.#resolveEnded();
  }
}
