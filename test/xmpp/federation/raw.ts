/** A peer by hand, over direct TLS: says what the test says, and keeps what it hears. */
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Issued } from '../../kit/ca.ts';

export class RawPeer {
  readonly #socket: TLSSocket;
  readonly #waiting: (() => void)[] = [];
  #heard = '';
  closed = false;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#heard += text;
      this.#tell();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.closed = true;
      this.#tell();
    });
    onTestFinished(() => void socket.destroy());
  }

  static async open(port: number, issued?: Issued, alpn = true): Promise<RawPeer> {
    const socket = connect({
      host: '127.0.0.1',
      port,
      rejectUnauthorized: false,
      ...(alpn ? { ALPNProtocols: ['xmpp-server'] } : {}),
      ...(issued ? { cert: issued.certificate, key: issued.key } : {}),
    });
    const peer = new RawPeer(socket);
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return peer;
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  header(from: string | undefined, to: string): void {
    this.write(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'" +
        ` xmlns:db='jabber:server:dialback' ${from === undefined ? '' : `from='${from}' `}to='${to}' version='1.0'>`,
    );
  }

  /** The answer to the header that was heard, and what it offers. */
  answer(from: string, to: string, features: string, id = 'stream-1'): void {
    this.write(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'" +
        ` xmlns:db='jabber:server:dialback' id='${id}' from='${from}' to='${to}' version='1.0'>` +
        `<stream:features>${features}</stream:features>`,
    );
  }

  end(): void {
    this.#socket.end();
  }

  /** What ALPN agreed on. */
  get alpn(): string {
    return this.#socket.alpnProtocol || '';
  }

  /** It reads nothing more, so that what is sent to it piles up. */
  stopListening(): void {
    this.#socket.pause();
  }

  /** Up to a stream that speaks for `from`, by SASL EXTERNAL. */
  async logIn(from: string, to: string, bothWays = false): Promise<void> {
    this.header(from, to);
    await this.hears('EXTERNAL');
    if (bothWays) this.write("<bidi xmlns='urn:xmpp:bidi'/>");
    this.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await this.hears('<success');
    this.header(from, to);
    await this.hears('</stream:features>');
  }

  /** Resolves with all that it heard since the last such wait, up to and with this; or to the end, where it never comes. */
  async hears(text: string): Promise<string> {
    while (!this.#heard.includes(text)) {
      if (this.closed) return this.#take(this.#heard.length);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.#take(this.#heard.indexOf(text) + text.length);
  }

  #take(length: number): string {
    const text = this.#heard.slice(0, length);
    this.#heard = this.#heard.slice(length);
    return text;
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** The place of a server by hand: each connection is a peer. */
export class RawServer {
  readonly port: number;
  /** What its callers asked for by SNI. */
  readonly names: string[];
  readonly #callers: RawPeer[];
  readonly #waiting: (() => void)[];

  private constructor(port: number, names: string[], callers: RawPeer[], waiting: (() => void)[]) {
    this.port = port;
    this.names = names;
    this.#callers = callers;
    this.#waiting = waiting;
  }

  static async listen({ certificate: cert, key }: Issued): Promise<RawServer> {
    const names: string[] = [];
    const callers: RawPeer[] = [];
    const waiting: (() => void)[] = [];
    const server = createServer({
      cert,
      key,
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['xmpp-server'],
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    server.on('secureConnection', (socket) => {
      callers.push(new RawPeer(socket));
      for (const resolve of waiting.splice(0)) resolve();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return new RawServer((server.address() as AddressInfo).port, names, callers, waiting);
  }

  /** For `federation.hosts`. */
  get place(): string {
    return `127.0.0.1:${this.port} tls`;
  }

  /** The next one that calls, in order. */
  async caller(): Promise<RawPeer> {
    for (;;) {
      const caller = this.#callers.shift();
      if (caller) return caller;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}
