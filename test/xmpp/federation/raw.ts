/** A peer by hand, over direct TLS: says what the test says, and keeps what it hears. */
import { connect, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Issued } from '../../kit/ca.ts';

export class RawPeer {
  readonly #socket: TLSSocket;
  readonly #waiting: (() => void)[] = [];
  #heard = '';
  closed = false;

  private constructor(socket: TLSSocket) {
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

  static async open(port: number, issued?: Issued): Promise<RawPeer> {
    const socket = connect({
      host: '127.0.0.1',
      port,
      rejectUnauthorized: false,
      ALPNProtocols: ['xmpp-server'],
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
