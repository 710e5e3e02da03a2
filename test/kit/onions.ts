/** In tor's place: a SOCKS5 proxy on a unix socket that knows a few onion addresses and where on this machine they lead. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const UNKNOWN = 0xf0;

export interface Asked {
  /** `HOST:PORT` */
  place: string;
  user: string;
}

export class Onions {
  readonly asked: Asked[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'casp3r-onions-'));
  readonly #places = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** It says what it says byte by byte. */
  slow = false;

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
      void this.#serve(socket).catch(() => socket.destroy());
    });
  }

  get socket(): string {
    return join(this.#folder, 'socks');
  }

  async start(): Promise<void> {
    this.#server.listen(this.socket);
    await once(this.#server, 'listening');
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A new address, whose port leads to one of 127.0.0.1. */
  publish(port: number, to: number): string {
    const letters = 'abcdefghijklmnopqrstuvwxyz234567';
    const onion = `${[...randomBytes(56)].map((byte) => letters[byte % 32]).join('')}.onion`;
    this.#places.set(`${onion}:${port}`, to);
    return onion;
  }

  async #serve(socket: Socket): Promise<void> {
    const bytes = reader(socket);
    const [, methods = 0] = await bytes(2);
    await bytes(methods);
    await this.#say(socket, [5, 2]);
    const [, length = 0] = await bytes(2);
    const user = (await bytes(length)).toString();
    await bytes((await bytes(1))[0] ?? 0);
    await this.#say(socket, [1, 0]);
    const nameLength = (await bytes(5))[4] ?? 0;
    const host = (await bytes(nameLength)).toString();
    const place = `${host}:${(await bytes(2)).readUInt16BE()}`;
    this.asked.push({ place, user });
    const to = this.#places.get(place);
    if (to === undefined) {
      await this.#say(socket, [5, UNKNOWN, 0, 1, 0, 0, 0, 0, 0, 0]);
      socket.end();
      return;
    }
    const other = connect({ host: '127.0.0.1', port: to });
    this.#sockets.add(other);
    other.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => other.destroy());
    await once(other, 'connect');
    await this.#say(socket, [5, 0, 0, 3, 3, 97, 98, 99, 1, 2]);
    socket.pipe(other).pipe(socket);
  }

  async #say(socket: Socket, bytes: number[]): Promise<void> {
    if (!this.slow) socket.write(Buffer.from(bytes));
    else
      for (const byte of bytes) {
        socket.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
  }
}

/** Gives so many bytes at a time. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
  return async (count) => {
    for (;;) {
      const bytes: Buffer | null = count === 0 ? Buffer.alloc(0) : socket.read(count);
      if (bytes?.length === count) return bytes;
      if (socket.readableEnded || socket.destroyed) throw new Error('gone');
      await once(socket, 'readable');
    }
  };
}
