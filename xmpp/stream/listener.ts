/** Listens for client connections: STARTTLS, or TLS from the first byte (XEP-0368). */
import { ClientArrivals } from './client-arrivals.ts';
import type { StreamContext } from './context.ts';
import { Door, XMPP_CLIENT } from './door.ts';

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
  readonly #door: Door;
  readonly #arrivals: ClientArrivals;

  constructor(context: StreamContext, { name, address, port, directTls }: ClientListenerOptions) {
    const arrivals = new ClientArrivals(context);
    this.#arrivals = arrivals;
    this.#door = new Door(context.doors, {
      name,
      address,
      port,
      alpn: directTls ? [XMPP_CLIENT] : undefined,
      count: (from) => arrivals.count(from),
      // A handshake for one that is turned away would cost more than it is worth.
      refuse: directTls ? undefined : (socket, from) => arrivals.turnAway({ socket, address: from, tls: undefined }),
      take: (entrant) => arrivals.take(entrant),
    });
  }

  /** Resolves with the port that it listens on. Rejects where the address cannot be had. */
  start(): Promise<number> {
    return this.#door.start();
  }

  /** Stops listening and ends its streams with `system-shutdown`. Resolves when they are gone, after few seconds at most. */
  async stop(): Promise<void> {
    this.#door.stop();
    await this.#arrivals.stop();
  }
}
