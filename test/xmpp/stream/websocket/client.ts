/** A client over WebSocket: says exactly what it is told to, and reads what comes back message by message. */
import { type ClientOptions, WebSocket } from 'ws';

export const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
export const OPEN = `<open xmlns='${NS_FRAMING}' to='example.test' version='1.0'/>`;
export const CLOSE = `<close xmlns='${NS_FRAMING}'/>`;

export class WebClient {
  readonly socket: WebSocket;
  readonly #inbox: string[] = [];
  /** The close code, once it is closed. */
  code: number | undefined;
  #wake: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.#inbox.push(String(data));
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.code = code;
      this.#wake();
    });
  }

  /** Rejects with the HTTP status where the server refuses. */
  static async connect(port: number, options: ClientOptions = {}, path = '/xmpp-websocket'): Promise<WebClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, ['xmpp'], options);
    const client = new WebClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  send(text: string): void {
    this.socket.send(text);
  }

  /** The next message. Rejects when the socket closes before. */
  async next(): Promise<string> {
    for (;;) {
      const message = this.#inbox.shift();
      if (message !== undefined) return message;
      if (this.code !== undefined) throw new Error(`closed with ${this.code}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** All that comes until the socket is closed; it answers `<close/>`, as clients do. */
  async rest(): Promise<string[]> {
    const all: string[] = [];
    for (;;) {
      const message = await this.next().catch(() => undefined);
      if (message === undefined) return all;
      all.push(message);
      if (message.startsWith('<close')) this.send(CLOSE);
    }
  }

  /** Opens the stream; its features. */
  async open(): Promise<string> {
    this.send(OPEN);
    await this.next();
    return this.next();
  }

  async login(user = 'juliet', password = 'R0m30'): Promise<void> {
    const data = Buffer.from(`\0${user}\0${password}`).toString('base64');
    this.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${data}</auth>`);
    await this.next();
    await this.open();
  }

  async bind(resource = 'balcony'): Promise<string> {
    this.send(
      `<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    );
    return this.next();
  }

  static async bound(port: number, resource = 'balcony', options: ClientOptions = {}): Promise<WebClient> {
    const client = await WebClient.connect(port, options);
    await client.open();
    await client.login();
    await client.bind(resource);
    return client;
  }
}
