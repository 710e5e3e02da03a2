/** The connections of one HTTP port, which its door gave on: how many an address has, and how long one may say nothing. */
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../../xmpp/clock.ts';
import { type AddressCounter, isLoopback } from '../../xmpp/stream/addresses.ts';
import type { Entrant } from '../../xmpp/stream/door.ts';

const LIMITS: ServerOptions = {
  maxHeaderSize: 8192,
  // Node watches these for sockets only that its own server accepted; HEADERS_MS and the answers' own limits stand in for them.
  headersTimeout: 0,
  requestTimeout: 0,
  keepAliveTimeout: 5_000,
};
/** To the end of the headers, from the connection or from the answer before. */
const HEADERS_MS = 15_000;
const MAX_HEADERS = 64;
/** A browser opens six; a family shares an address. */
const CONNECTIONS_PER_ADDRESS = 64;

export interface HttpHandlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  /** The connection is no longer counted here. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

interface Connection {
  patience: Timer | undefined;
  leave: () => void;
  admitted: () => void;
}

export class HttpConnections {
  readonly #clock: Clock;
  readonly #addresses: AddressCounter;
  readonly #server: Server;
  readonly #connections = new Map<Duplex, Connection>();

  /** @param addresses counts the connections of all HTTP ports together */
  constructor(clock: Clock, addresses: AddressCounter, { request, upgrade }: HttpHandlers) {
    this.#clock = clock;
    this.#addresses = addresses;
    this.#server = createServer(LIMITS, (asked, answer) => {
      this.#onRequest(asked, answer);
      request(asked, answer);
    });
    this.#server.maxHeadersCount = MAX_HEADERS;
    this.#server.on('upgrade', (asked: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#connections.get(socket)?.admitted();
      this.#forget(socket);
      upgrade(asked, socket, head);
    });
  }

  take({ socket, address, admitted }: Entrant): void {
    // A proxy on this machine stands for everyone who comes through it.
    const leave = this.#addresses.enter(address, isLoopback(address) ? 0 : CONNECTIONS_PER_ADDRESS);
    if (!leave) {
      socket.destroy();
      return;
    }
    this.#connections.set(socket, { patience: undefined, leave, admitted });
    socket.once('close', () => this.#forget(socket));
    this.#awaitRequest(socket);
    // Whoever asks the socket is told of the client, not of the proxy before the box.
    Object.defineProperty(socket, 'remoteAddress', { value: address });
    this.#server.emit('connection', socket);
    socket.resume();
  }

  stop(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.#connections.get(socket);
    connection?.patience?.cancel();
    // Whoever drips a body in stays one who may have to give way.
    request.once('end', () => connection?.admitted());
    response.once('close', () => this.#awaitRequest(socket));
  }

  #awaitRequest(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    connection.patience?.cancel();
    connection.patience = this.#clock.after(HEADERS_MS, () => socket.destroy());
  }

  #forget(socket: Duplex): void {
    const connection = this.#connections.get(socket);
    this.#connections.delete(socket);
    connection?.patience?.cancel();
    connection?.leave();
  }
}
