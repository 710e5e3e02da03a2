/** The TCP side of the SOCKS5 proxy. It connects nobody to anything but two parties of one bytestream to each other. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { AddressCounter } from '../stream/addresses.ts';
import { listen } from '../stream/listen.ts';
import type { Bytestreams } from './bytestreams.ts';
import { accepted, Handshake, REFUSED, refusal } from './handshake.ts';

const MAX_CONNECTIONS = 256;
const CONNECTIONS_PER_ADDRESS = 32;
/** To the end of the SOCKS5 request. */
const HANDSHAKE_MS = 15_000;
/** Without a byte in either direction. */
const IDLE_MS = 300_000;

export interface ProxyListenerOptions {
  address: string;
  port: number;
  bytestreams: Bytestreams;
  clock: Clock;
  log: Log;
}

export class ProxyListener {
  readonly #options: ProxyListenerOptions;
  readonly #addresses = new AddressCounter();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(options: ProxyListenerOptions) {
    this.#options = options;
  }

  /** Resolves with the port that it listens on. Rejects where the address cannot be had. */
  async start(): Promise<number> {
    const { address, port, log } = this.#options;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    server.maxConnections = MAX_CONNECTIONS;
    const opened = await listen(server, { name: 'proxy', address, port, log });
    this.#server = server;
    return opened;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const leave = this.#addresses.enter(socket.remoteAddress ?? '', CONNECTIONS_PER_ADDRESS);
    if (!leave) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      leave();
      this.#sockets.delete(socket);
    });
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    this.#shakeHands(socket);
  }

  #shakeHands(socket: Socket): void {
    const { bytestreams, clock } = this.#options;
    const handshake = new Handshake();
    const patience = clock.after(HANDSHAKE_MS, () => socket.destroy());
    const hangUp = () => socket.destroy();
    const read = (chunk: Buffer) => {
      const { reply, refused, hash } = handshake.push(chunk);
      if (reply) socket.write(reply);
      if (hash === undefined && !refused) return;
      patience.cancel();
      socket.off('data', read).off('end', hangUp);
      if (hash !== undefined && bytestreams.join(hash, socket)) {
        socket.write(accepted(hash));
        return;
      }
      if (hash !== undefined) socket.write(refusal(REFUSED.notAllowed));
      socket.destroySoon();
    };
    socket
      .on('data', read)
      .on('end', hangUp)
      .once('close', () => patience.cancel());
  }
}
