import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A guest that is switched off in the middle of a line is no error. */
function readLines(socket: Socket): Interface {
  return createInterface({ input: socket.on('error', () => {}) }).on('error', () => {});
}

/** Serves a guest that calls: `called` gets each connection. Resolves once it listens, on a free port of loopback. */
export async function serveLines(called: (socket: Socket, lines: Interface) => void): Promise<LineServer> {
  const server = createServer((socket) => called(socket.setNoDelay(true), readLines(socket))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

export interface LineServer {
  port: number;
  close(): void;
}

/** A line in, a line out: so speak both of QEMU's sockets and the guest's pins. */
export class LinePeer {
  readonly #socket: Socket;
  readonly #lines: AsyncIterableIterator<string>;

  constructor(socket: Socket, lines: Interface = readLines(socket)) {
    this.#socket = socket;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Connects to the Unix socket of a process that may only be starting, for as long as `alive` says. */
  static async open(path: string, alive: () => boolean): Promise<LinePeer> {
    for (;;) {
      if (!alive()) throw new Error('QEMU ended');
      const socket = connect(path);
      const opened = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      if (opened) return new LinePeer(socket);
      await sleep(50);
    }
  }

  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\n`);
    return this.next();
  }

  async next(): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error('the other end has gone');
      // Events of QEMU's machine stand between the answers.
      if (!value.includes('"event"') && !value.startsWith('IRQ ')) return value;
    }
  }
}
