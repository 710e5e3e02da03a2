/** As much of a TURN client (RFC 8656) as it takes to relay a packet: over UDP, with long-term credentials. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const COOKIE = 0x2112a442;
const METHOD = { allocate: 0x003, send: 0x006, data: 0x007, createPermission: 0x008 } as const;
const CLASS = { request: 0x000, indication: 0x010, success: 0x100 } as const;
const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedTransport: 0x0019,
} as const;
const UDP = 17;
const PATIENCE_MS = 5_000;

export interface Place {
  address: string;
  port: number;
}

interface Message {
  type: number;
  transaction: Buffer;
  attributes: Map<number, Buffer>;
}

class TurnError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`the server refused with ${code}`);
    this.code = code;
  }
}

export class TurnClient {
  readonly #server: Place;
  readonly #username: string;
  readonly #password: string;
  readonly #socket: Socket = createSocket('udp4');
  readonly #inbox: Message[] = [];
  #realm: Buffer = Buffer.alloc(0);
  #nonce: Buffer = Buffer.alloc(0);

  constructor(server: Place, username: string, password: string) {
    this.#server = server;
    this.#username = username;
    this.#password = password;
    this.#socket.on('message', (bytes: Buffer) => {
      this.#inbox.push(parse(bytes));
      this.#socket.emit('arrival');
    });
  }

  close(): void {
    this.#socket.close();
  }

  /** The relayed address. @throws TurnError */
  async allocate(): Promise<Place> {
    const transport: [number, Buffer] = [ATTRIBUTE.requestedTransport, Buffer.from([UDP, 0, 0, 0])];
    // The first is refused with the realm and the nonce to answer with (RFC 8489 section 9.2.4).
    await this.#request(METHOD.allocate, [transport]).catch((error: unknown) => {
      if (!(error instanceof TurnError) || error.code !== 401) throw error;
    });
    const answer = await this.#request(METHOD.allocate, [transport]);
    return placeOf(answer.attributes.get(ATTRIBUTE.xorRelayedAddress) ?? Buffer.alloc(8));
  }

  /** @throws TurnError 403 where the relay does not send there */
  async permit(peer: Place): Promise<void> {
    await this.#request(METHOD.createPermission, [[ATTRIBUTE.xorPeerAddress, bytesOf(peer)]]);
  }

  send(peer: Place, text: string): void {
    const attributes: [number, Buffer][] = [
      [ATTRIBUTE.xorPeerAddress, bytesOf(peer)],
      [ATTRIBUTE.data, Buffer.from(text)],
    ];
    this.#write(encode(METHOD.send | CLASS.indication, randomBytes(12), attributes));
  }

  /** What a peer sent to the relayed address. */
  async receive(): Promise<{ from: Place; text: string }> {
    const { attributes } = await this.#take(({ type }) => type === (METHOD.data | CLASS.indication));
    const from = placeOf(attributes.get(ATTRIBUTE.xorPeerAddress) ?? Buffer.alloc(8));
    return { from, text: (attributes.get(ATTRIBUTE.data) ?? Buffer.alloc(0)).toString() };
  }

  async #request(method: number, attributes: [number, Buffer][]): Promise<Message> {
    const transaction = randomBytes(12);
    this.#write(encode(method | CLASS.request, transaction, [...attributes, ...this.#credentials()], this.#key()));
    const answer = await this.#take((message) => message.transaction.equals(transaction));
    this.#realm = answer.attributes.get(ATTRIBUTE.realm) ?? this.#realm;
    this.#nonce = answer.attributes.get(ATTRIBUTE.nonce) ?? this.#nonce;
    if (answer.type === (method | CLASS.success)) return answer;
    const error = answer.attributes.get(ATTRIBUTE.errorCode) ?? Buffer.alloc(4);
    throw new TurnError(error.readUInt8(2) * 100 + error.readUInt8(3));
  }

  #credentials(): [number, Buffer][] {
    if (this.#realm.length === 0) return [];
    return [
      [ATTRIBUTE.username, Buffer.from(this.#username)],
      [ATTRIBUTE.realm, this.#realm],
      [ATTRIBUTE.nonce, this.#nonce],
    ];
  }

  #key(): Buffer | undefined {
    if (this.#realm.length === 0) return undefined;
    return createHash('md5').update(`${this.#username}:${this.#realm.toString()}:${this.#password}`).digest();
  }

  #write(bytes: Buffer): void {
    this.#socket.send(bytes, this.#server.port, this.#server.address);
  }

  async #take(fits: (message: Message) => boolean): Promise<Message> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const index = this.#inbox.findIndex(fits);
      const [found] = index < 0 ? [] : this.#inbox.splice(index, 1);
      if (found) return found;
      await once(this.#socket, 'arrival', { signal: deadline });
    }
  }
}

function encode(type: number, transaction: Buffer, attributes: readonly [number, Buffer][], key?: Buffer): Buffer {
  const body = Buffer.concat(attributes.map(([name, value]) => attribute(name, value)));
  if (!key) return Buffer.concat([header(type, body.length, transaction), body]);
  const signed = Buffer.concat([header(type, body.length + 24, transaction), body]);
  return Buffer.concat([
    signed,
    attribute(ATTRIBUTE.messageIntegrity, createHmac('sha1', key).update(signed).digest()),
  ]);
}

function header(type: number, length: number, transaction: Buffer): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt32BE(COOKIE, 4);
  transaction.copy(bytes, 8);
  return bytes;
}

function attribute(name: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(name, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

function parse(bytes: Buffer): Message {
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 2);
    attributes.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { type: bytes.readUInt16BE(0), transaction: bytes.subarray(8, 20), attributes };
}

/** RFC 8489 section 14.2, for IPv4: port and address are mixed with the cookie. */
function bytesOf({ address, port }: Place): Buffer {
  const bytes = Buffer.from([0, 1, 0, 0, ...address.split('.').map(Number)]);
  bytes.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  bytes.writeUInt32BE((bytes.readUInt32BE(4) ^ COOKIE) >>> 0, 4);
  return bytes;
}

function placeOf(value: Buffer): Place {
  const bytes = Buffer.from(value);
  bytes.writeUInt32BE((bytes.readUInt32BE(4) ^ COOKIE) >>> 0, 4);
  return { port: bytes.readUInt16BE(2) ^ (COOKIE >>> 16), address: [...bytes.subarray(4, 8)].join('.') };
}
