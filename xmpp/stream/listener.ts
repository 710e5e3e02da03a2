/** Listens for client connections: STARTTLS, or TLS from the first byte (XEP-0368). */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ClientStream } from './client-stream.ts';
import type { StreamContext } from './context.ts';
import { responseHeader } from './opening.ts';
import { serialize } from './serialize.ts';
import { StreamError } from './stream-error.ts';
import { TcpTransport } from './tcp-transport.ts';
import { Wire } from './wire.ts';

const ALPN = 'xmpp-client';
const BACKLOG = 511;
/** Connections of which nothing is known yet, from everywhere: more are not taken. */
const MAX_CONNECTIONS = 5_000;

export interface ClientListenerOptions {
  /** For logs: `c2s`, `c2s_tls`. */
  name: string;
  /** `::` takes IPv4 as well. */
  address: string;
  /** 0 lets the system choose one. */
  port: number;
  directTls: boolean;
}

export class ClientListener {
  readonly #context: StreamContext;
  readonly #options: ClientListenerOptions;
  readonly #streams = new Set<ClientStream>();
  /** In the middle of a handshake. */
  readonly #early = new Set<Wire>();
  #server: Server | undefined;

  constructor(context: StreamContext, options: ClientListenerOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Resolves with the port that it listens on. Rejects where the address cannot be had. */
  async start(): Promise<number> {
    const { address, port, name } = this.#options;
    const server = createServer({ pauseOnConnect: false }, (socket) => this.#accept(socket));
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address, port, backlog: BACKLOG, ipv6Only: false }, resolve);
    });
    server.on('error', (error) =>
      this.#context.log.error({ listener: name, error: error.message }, 'a listener failed'),
    );
    this.#server = server;
    return (server.address() as AddressInfo).port;
  }

  /** Ends its streams with `system-shutdown` and stops listening. Resolves when they are gone, after few seconds at most. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => {
      if (server) server.close(() => resolve());
      else resolve();
    });
    for (const wire of this.#early) wire.destroy();
    await this.#context.streams.end([...this.#streams], 'system-shutdown');
    await closed;
  }

  /** Limits by address come before anything else. */
  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const wire = new Wire(socket, this.#context.clock);
    const { streams, config } = this.#context;
    const leave = streams.addresses.enter(wire.address, config.limits.streamsPerAddress);
    socket.once('close', () => leave?.());
    if (!leave) this.#turnAway(wire, socket);
    else if (this.#options.directTls) void this.#secure(wire);
    else this.#begin(wire);
  }

  async #secure(wire: Wire): Promise<void> {
    this.#early.add(wire);
    try {
      await wire.startTls(this.#context.tls.identity, ALPN);
      this.#begin(wire);
    } catch {
      this.#context.log.debug({ address: wire.address }, 'a TLS handshake failed');
    } finally {
      this.#early.delete(wire);
    }
  }

  #begin(wire: Wire): void {
    if (!this.#server) {
      wire.destroy();
      return;
    }
    const stream = new ClientStream(this.#context, new TcpTransport(wire));
    this.#streams.add(stream);
    void stream.ended.then(() => this.#streams.delete(stream));
    stream.start();
  }

  /** A word to who can read it without a handshake; a handshake for one that is turned away would cost more than it is worth. */
  #turnAway(wire: Wire, socket: Socket): void {
    if (this.#options.directTls) {
      socket.destroy();
      return;
    }
    const error = new StreamError('policy-violation', 'too many streams from your address');
    const id = this.#context.random(16).toString('hex');
    wire.start({ data: () => undefined, closed: () => undefined });
    wire.write(`${responseHeader(id, undefined, undefined)}${serialize(error.toElement())}</stream:stream>`);
    wire.end();
  }
}
