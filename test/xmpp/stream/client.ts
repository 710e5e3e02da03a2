/** A client of the tests: says exactly what it is told to, and reads what comes back as text. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';

export const header = (to = 'example.test') =>
  `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";

const HASHES: Record<string, [string, number]> = {
  'SHA-1': ['sha1', 20],
  'SHA-256': ['sha256', 32],
  'SHA-512': ['sha512', 64],
};

export class TestClient {
  socket: Socket;
  /** All that came and was not taken by `until` yet. */
  text = '';
  closed = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#listen(socket);
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<TestClient> {
    const socket = connect(port, host);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new TestClient(socket);
  }

  static async connectTls(port: number, options: ConnectionOptions = {}): Promise<TestClient> {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return new TestClient(socket);
  }

  #listen(socket: Socket): void {
    socket.setNoDelay(true);
    const closed = () => {
      if (socket !== this.socket) return;
      this.closed = true;
      this.#wake();
    };
    socket.on('error', closed);
    socket.on('close', closed);
    socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString();
      this.#wake();
    });
  }

  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** What came up to and with the first match, taken away. Rejects when the connection closes before. */
  async until(pattern: RegExp | string): Promise<string> {
    for (;;) {
      const at = typeof pattern === 'string' ? this.text.indexOf(pattern) : this.text.search(pattern);
      if (at >= 0) {
        const length = typeof pattern === 'string' ? pattern.length : (pattern.exec(this.text)?.[0].length ?? 0);
        const taken = this.text.slice(0, at + length);
        this.text = this.text.slice(at + length);
        return taken;
      }
      if (this.closed) throw new Error(`closed before ${pattern}; got: ${this.text}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** All that comes until the server closes the connection. */
  async rest(): Promise<string> {
    while (!this.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.text;
  }

  async open(): Promise<string> {
    this.send(header());
    return this.until('</stream:features>');
  }

  async startTls(options: ConnectionOptions = {}): Promise<void> {
    this.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    await this.until('<proceed');
    await this.until('>');
    await this.upgrade(options);
  }

  async upgrade(options: ConnectionOptions = {}): Promise<void> {
    this.socket.removeAllListeners('data');
    const socket = connectTls({ socket: this.socket, rejectUnauthorized: false, ...options });
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    this.socket = socket;
    this.#listen(socket);
  }

  plain(user: string, password: string, authzid = ''): void {
    const data = Buffer.from(`${authzid}\0${user}\0${password}`).toString('base64');
    this.send(`<auth ${SASL} mechanism='PLAIN'>${data}</auth>`);
  }

  async login(user = 'juliet', password = 'R0m30'): Promise<void> {
    this.plain(user, password);
    await this.until('<success');
    await this.until('>');
    await this.open();
  }

  async bind(resource = 'balcony'): Promise<string> {
    this.send(
      `<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    );
    return this.until('</iq>');
  }

  async enable(attributes = "resume='true'"): Promise<string> {
    this.send(`<enable xmlns='urn:xmpp:sm:3' ${attributes}/>`);
    const enabled = await this.until(/<enabled[^>]*>/);
    return /id='([^']*)'/.exec(enabled)?.[1] ?? '';
  }

  /** The data of a channel binding as a client sees it (RFC 9266, RFC 5929 with a SHA-256 signature). */
  binding(type: string): Buffer {
    const tls = this.socket as TLSSocket;
    if (type === 'tls-exporter') return tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    return createHash('sha256').update(tls.getPeerCertificate().raw).digest();
  }

  /** A whole SCRAM exchange; what the server said at its end. `spoil` changes the final message. */
  async scram(
    mechanism: string,
    options: {
      user?: string;
      password?: string;
      gs2?: string;
      binding?: Buffer;
      spoil?: (final: string) => string;
    } = {},
  ): Promise<string> {
    const { user = 'juliet', password = 'R0m30', gs2 = 'n,,', binding = Buffer.alloc(0), spoil } = options;
    const [hash, length] = HASHES[/^SCRAM-(SHA-\d+)/.exec(mechanism)?.[1] ?? ''] ?? ['sha1', 20];
    const bare = `n=${user},r=${randomBytes(12).toString('hex')}`;
    this.send(`<auth ${SASL} mechanism='${mechanism}'>${Buffer.from(gs2 + bare).toString('base64')}</auth>`);
    const answer = await this.until(/<\/(challenge|failure)>/);
    const challenge = />([A-Za-z0-9+/=]+)<\/challenge>/.exec(answer)?.[1];
    if (!challenge) return answer;
    const first = Buffer.from(challenge, 'base64').toString();
    const { r = '', s = '', i = '' } = /^r=(?<r>[^,]+),s=(?<s>[^,]+),i=(?<i>\d+)(?:,.*)?$/.exec(first)?.groups ?? {};
    const hmac = (key: Buffer, data: string) => createHmac(hash, key).update(data).digest();
    const salted = pbkdf2Sync(password, Buffer.from(s, 'base64'), Number(i), length, hash);
    const withoutProof = `c=${Buffer.concat([Buffer.from(gs2), binding]).toString('base64')},r=${r}`;
    const auth = `${bare},${first},${withoutProof}`;
    const clientKey = hmac(salted, 'Client Key');
    const signature = hmac(createHash(hash).update(clientKey).digest(), auth);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    const final = `${withoutProof},p=${proof.toString('base64')}`;
    this.send(`<response ${SASL}>${Buffer.from(spoil?.(final) ?? final).toString('base64')}</response>`);
    const end = await this.until(/<\/(success|failure)>/);
    const verifier = />([A-Za-z0-9+/=]+)<\/success>/.exec(end)?.[1];
    if (!verifier) return end;
    const expected = `v=${hmac(hmac(salted, 'Server Key'), auth).toString('base64')}`;
    return Buffer.from(verifier, 'base64').toString() === expected ? 'success' : 'a wrong server signature';
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.socket.destroy();
  }
}

/** A client whose stream is open. */
export async function opened({ port }: { port: number }): Promise<TestClient> {
  const client = await TestClient.connect(port);
  await client.open();
  return client;
}

/** A client that has logged in and bound a resource. */
export async function bound(running: { port: number }, resource = 'balcony'): Promise<TestClient> {
  const client = await opened(running);
  await client.login();
  await client.bind(resource);
  return client;
}
