/** Listens for components (XEP-0114). Few come, from few addresses: limits are for those who have no business here. */
import { createServer, type Server, type Socket } from 'node:net';
import { Debts } from '../access/debts.ts';
import type { Clock, Random } from '../clock.ts';
import type { Limits } from '../config.ts';
import type { Log } from '../log.ts';
import { AddressCounter, plainAddress } from '../stream/addresses.ts';
import { listen } from '../stream/listen.ts';
import { StreamError } from '../stream/stream-error.ts';
import { Wire } from '../stream/wire.ts';
import { ComponentStream, type Registry } from './component-stream.ts';

const MAX_CONNECTIONS = 256;
/** For a wrong try to wear off. */
const TRY_MS = 6_000;

export interface ComponentListenerOptions {
  address: string;
  /** 0 lets the system choose one. */
  port: number;
  registry: Registry;
  limits: Limits;
  clock: Clock;
  random: Random;
  log: Log;
}

export class ComponentListener {
  readonly #options: ComponentListenerOptions;
  readonly #addresses = new AddressCounter();
  readonly #tries: Debts;
  readonly #streams = new Set<ComponentStream>();
  #server: Server | undefined;

  constructor(options: ComponentListenerOptions) {
    this.#options = options;
    this.#tries = new Debts(options.clock, TRY_MS);
  }

  /** Resolves with the port that it listens on. Rejects where the address cannot be had. */
  async start(): Promise<number> {
    const { address, port, log } = this.#options;
    const server = createServer((socket) => this.#accept(socket));
    server.maxConnections = MAX_CONNECTIONS;
    const opened = await listen(server, { name: 'component', address, port, log });
    this.#server = server;
    return opened;
  }

  /** Ends its streams with `system-shutdown`. Resolves when they are gone, after few seconds at most. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const stream of this.#streams) stream.end(new StreamError('system-shutdown'));
    await Promise.all([...this.#streams].map(({ gone }) => gone));
    await closed;
  }

  #accept(socket: Socket): void {
    const { registry, limits, clock, random, log } = this.#options;
    socket.on('error', () => socket.destroy());
    const wire = new Wire(socket, clock, { address: plainAddress(socket.remoteAddress ?? '') });
    const leave = this.#addresses.enter(wire.address, limits.streamsPerAddress);
    if (!leave) {
      socket.destroy();
      return;
    }
    const stream = new ComponentStream({ wire, registry, limits, tries: this.#tries, clock, random, log });
    this.#streams.add(stream);
    void stream.gone.then(() => {
      leave();
      this.#streams.delete(stream);
    });
    stream.start();
  }
}
