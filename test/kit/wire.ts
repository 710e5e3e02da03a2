/**
 * A raw XMPP client for tests. It knows how to come to a bound resource and nothing more; whatever a test wants said it writes
 * itself, byte for byte, and reads what came back in order.
 */
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import * as net from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import * as tls from 'node:tls';
import { plainResponse, type ScramMechanism, scram } from './sasl.ts';
import { childOf, elementsOf, NS_STREAM, show, type Tree, TreeReader, textOf } from './tree.ts';

export type Security = 'plain' | 'starttls' | 'tls';

export interface WireOptions {
  host?: string;
  /** Where the connection comes from: 127.0.0.9, say, to be somebody else for the server's counts. */
  localAddress?: string;
  port: number;
  domain: string;
  /** `tls` is direct TLS (XEP-0368). Default: plain. */
  security?: Security;
  /** PEM of what is trusted. Without it any certificate will do. */
  ca?: string;
  /** How long it waits for an answer. Default: five seconds. */
  patienceMs?: number;
}

/** What came, in order: a stream header (its node has no children), an element, the stream's end tag, or the end of the connection. */
export type Arrival =
  | { kind: 'header' | 'element'; node: Tree }
  | { kind: 'end' }
  | { kind: 'closed' }
  | { kind: 'garbled'; error: Error };

const PATIENCE_MS = 5_000;
/** For a connection and its handshake, of which there may be thousands at once. */
const OPEN_PATIENCE_MS = 60_000;
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';

export class Wire {
  readonly domain: string;
  readonly #options: WireOptions;
  #socket: net.Socket;
  #reader: TreeReader;
  #decoder = new StringDecoder('utf8');
  readonly #inbox: Arrival[] = [];
  readonly #interceptors = new Set<(node: Tree) => boolean>();
  readonly #arrivals = new EventEmitter();
  #closed = false;
  #tellGone: () => void = () => undefined;
  readonly #gone: Promise<void>;
  /** The features of the newest stream, once it has told them. */
  features: Tree | undefined;
  /** Full JID after `bind`. */
  jid = '';

  get #patienceMs(): number {
    return this.#options.patienceMs ?? PATIENCE_MS;
  }

  private constructor(socket: net.Socket, options: WireOptions) {
    this.domain = options.domain;
    this.#options = options;
    this.#socket = socket;
    this.#reader = this.#newReader();
    this.#gone = new Promise((resolve) => {
      this.#tellGone = resolve;
    });
    this.#listen(socket);
  }

  /** Opens the connection; with `tls` secured already, otherwise nothing is said yet. */
  static async open(options: WireOptions): Promise<Wire> {
    const { localAddress, port } = options;
    const address = {
      host: options.host ?? '127.0.0.1',
      port,
      ...(localAddress === undefined ? {} : { localAddress }),
    };
    const signal = AbortSignal.timeout(OPEN_PATIENCE_MS);
    if (options.security === 'tls') {
      const socket = tls.connect({ ...address, ...trust(options), ALPNProtocols: ['xmpp-client'] });
      await once(socket, 'secureConnect', { signal });
      return new Wire(socket, options);
    }
    const socket = net.connect({ ...address, noDelay: true });
    await once(socket, 'connect', { signal });
    return new Wire(socket, options);
  }

  /** From nothing to a bound resource. */
  static async login(
    options: WireOptions & { local: string; password: string; resource?: string; mechanism?: 'PLAIN' | ScramMechanism },
  ): Promise<Wire> {
    const wire = await Wire.open(options);
    await wire.openStream();
    if (options.security === 'starttls') await wire.startTls();
    await wire.authenticate(options.local, options.password, options.mechanism);
    await wire.bind(options.resource);
    return wire;
  }

  // What goes out

  write(bytes: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  streamHeader(): string {
    return `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS_STREAM}' to='${this.domain}' version='1.0'>`;
  }

  /** Says a stream header and waits for the answer's header and features. */
  async openStream(header = this.streamHeader()): Promise<Tree> {
    this.restart();
    this.write(header);
    await this.take((arrival) => arrival.kind === 'header', 'a stream header');
    this.features = await this.element((node) => node.name === 'features' && node.ns === NS_STREAM, 'stream features');
    return this.features;
  }

  async startTls(): Promise<void> {
    this.write(`<starttls xmlns='${NS_TLS}'/>`);
    await this.element((node) => node.name === 'proceed', '<proceed/>');
    const plain = this.#socket;
    plain.removeAllListeners();
    const socket = tls.connect({ socket: plain, ...trust(this.#options) });
    await once(socket, 'secureConnect');
    this.#socket = socket;
    this.#decoder = new StringDecoder('utf8');
    this.restart();
    this.#listen(socket);
    await this.openStream();
  }

  /** @throws Error that names the failure's condition. */
  async authenticate(local: string, password: string, mechanism: 'PLAIN' | ScramMechanism = 'PLAIN'): Promise<void> {
    if (mechanism === 'PLAIN') {
      this.write(`<auth xmlns='${NS_SASL}' mechanism='PLAIN'>${plainResponse(local, password)}</auth>`);
      await this.#saslSuccess();
    } else {
      const binding = mechanism.endsWith('-PLUS') ? this.channelBinding('tls-exporter') : undefined;
      const exchange = scram(mechanism, local, password, binding);
      this.write(`<auth xmlns='${NS_SASL}' mechanism='${mechanism}'>${exchange.first}</auth>`);
      const challenge = await this.element(isSasl, 'a challenge');
      if (challenge.name !== 'challenge') throw new Error(show(challenge));
      this.write(`<response xmlns='${NS_SASL}'>${exchange.answer(textOf(challenge))}</response>`);
      exchange.verify(textOf(await this.#saslSuccess()));
    }
    await this.openStream();
  }

  async bind(resource?: string): Promise<string> {
    const wish = resource === undefined ? '' : `<resource>${resource}</resource>`;
    const result = await this.query(`<iq type='set' id='bind'><bind xmlns='${NS_BIND}'>${wish}</bind></iq>`, 'bind');
    const bound = childOf(result, 'bind', NS_BIND);
    if (!bound) throw new Error(`no resource was bound: ${show(result)}`);
    this.jid = textOf(childOf(bound, 'jid'));
    return this.jid;
  }

  /** Sends an IQ and takes its answer out of the inbox, whatever else comes. */
  async query(iq: string, id: string): Promise<Tree> {
    this.write(iq);
    return this.element((node) => node.name === 'iq' && node.attrs.get('id') === id, `the answer to ${id}`);
  }

  /** Ends the stream as RFC 6120 section 4.4 says and waits until the connection is gone. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.write('</stream:stream>');
    await this.take((arrival) => arrival.kind === 'end' || arrival.kind === 'closed', 'the end of the stream');
    this.#socket.end();
    await this.gone();
  }

  /** The connection breaks; nothing is said. */
  cut(): void {
    this.#socket.destroy();
  }

  /** Says that nothing more will be said, by TCP alone. */
  endTcp(): void {
    this.#socket.end();
  }

  /** Reads nothing more, so that what the server sends piles up, until `listenAgain`. */
  stopListening(): void {
    this.#socket.pause();
  }

  listenAgain(): void {
    this.#socket.resume();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when the connection is gone. */
  gone(): Promise<void> {
    return this.#gone;
  }

  // What comes in

  /** The next thing that came, or that comes within the test's patience; undefined when nothing does. */
  async next(patienceMs = this.#patienceMs): Promise<Arrival | undefined> {
    return this.#find(() => true, patienceMs);
  }

  /** The first arrival that fits, taken out of the inbox; the others stay. @throws Error when it does not come. */
  async take(fits: (arrival: Arrival) => boolean, what: string, patienceMs = this.#patienceMs): Promise<Arrival> {
    const arrival = await this.#find(fits, patienceMs);
    if (arrival) return arrival;
    throw new Error(`waited in vain for ${what}; in the inbox: ${this.waiting().map(describe).join(' ') || 'nothing'}`);
  }

  async element(fits: (node: Tree) => boolean, what: string): Promise<Tree> {
    const arrival = await this.take((one) => one.kind === 'element' && fits(one.node), what);
    return arrival.kind === 'element' ? arrival.node : never();
  }

  /** What came and was not taken. */
  waiting(): readonly Arrival[] {
    return this.#inbox;
  }

  /** Elements for which `handle` returns true never reach the inbox. The function returned takes it away again. */
  intercept(handle: (node: Tree) => boolean): () => void {
    this.#interceptors.add(handle);
    return () => this.#interceptors.delete(handle);
  }

  /** What follows is a new document: after TLS and after authentication (RFC 6120 section 4.3.3). */
  restart(): void {
    this.#reader = this.#newReader();
  }

  async #find(fits: (arrival: Arrival) => boolean, patienceMs: number): Promise<Arrival | undefined> {
    const deadline = AbortSignal.timeout(patienceMs);
    for (;;) {
      const index = this.#inbox.findIndex(fits);
      if (index >= 0) return this.#inbox.splice(index, 1)[0];
      if (deadline.aborted || this.#closed) return undefined;
      await once(this.#arrivals, 'arrival', { signal: deadline }).catch(() => undefined);
    }
  }

  async #saslSuccess(): Promise<Tree> {
    const outcome = await this.element(isSasl, 'the outcome of the login');
    if (outcome.name === 'success') return outcome;
    throw new Error(`login failed: ${elementsOf(outcome)[0]?.name ?? show(outcome)}`);
  }

  /** Of the connection as it is now; undefined without TLS. */
  channelBinding(type: 'tls-exporter' | 'tls-server-end-point'): Buffer | undefined {
    if (!(this.#socket instanceof tls.TLSSocket)) return undefined;
    if (type === 'tls-exporter') {
      return this.#socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    }
    const certificate = this.#socket.getPeerX509Certificate();
    return certificate && createHash('sha256').update(certificate.raw).digest();
  }

  #arrive(arrival: Arrival): void {
    if (arrival.kind === 'element') {
      for (const handle of this.#interceptors) if (handle(arrival.node)) return;
    }
    this.#inbox.push(arrival);
    this.#arrivals.emit('arrival');
  }

  #newReader(): TreeReader {
    return new TreeReader({
      opened: (node) => this.#arrive({ kind: 'header', node }),
      child: (node) => this.#arrive({ kind: 'element', node }),
      ended: () => this.#arrive({ kind: 'end' }),
      failed: (error) => this.#arrive({ kind: 'garbled', error }),
    });
  }

  #listen(socket: net.Socket): void {
    socket.on('data', (chunk) => this.#reader.write(this.#decoder.write(chunk)));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#arrive({ kind: 'closed' });
      this.#tellGone();
    });
  }
}

export function describe(arrival: Arrival): string {
  switch (arrival.kind) {
    case 'header':
    case 'element':
      return show(arrival.node);
    case 'end':
      return '</stream:stream>';
    case 'closed':
      return '(the connection closed)';
    case 'garbled':
      return `(not XML: ${arrival.error.message})`;
  }
}

const isSasl = (node: Tree) => node.ns === NS_SASL;

const trust = (options: WireOptions): tls.ConnectionOptions => ({
  servername: options.domain,
  ...(options.ca === undefined ? { rejectUnauthorized: false } : { ca: options.ca }),
});

function never(): never {
  throw new Error('unreachable');
}
