/** The ports of the server, and what others hand on to it from theirs. */
import { isCircuit } from './access/address-key.ts';
import type { Bytestreams } from './bytestreams/bytestreams.ts';
import { ProxyListener } from './bytestreams/proxy-listener.ts';
import type { ComponentService } from './components/component-service.ts';
import type { Federation } from './federation/federation.ts';
import { ClientArrivals } from './stream/client-arrivals.ts';
import type { StreamContext } from './stream/context.ts';
import { type Doors, type Entrant, XMPP_CLIENT, XMPP_SERVER } from './stream/door.ts';
import { ClientListener } from './stream/listener.ts';
import { Newcomers } from './stream/newcomers.ts';
import { TrustedProxies } from './stream/proxies.ts';

export interface ListenerState {
  /** `c2s`, `c2s_tls`, `s2s`, `s2s_tls`, `proxy`, `component`; each stream port once more with `onion_` before it, for tor. */
  name: string;
  address: string;
  /** The port it really listens on. */
  port: number;
}

/** Places for those who come by a program before the box: it can bring any number of strangers, who are to take nobody else's. */
const MAX_NEWCOMERS_BEHIND = 256;
const LOOPBACK = '127.0.0.1';

export interface ListenersOptions {
  /** For the streams of clients. */
  context: StreamContext;
  federation: Federation;
  bytestreams: Bytestreams;
  components: ComponentService;
}

export class Listeners {
  readonly #options: ListenersOptions;
  /** Those of clients and of bytestreams; other servers and components have their own. */
  readonly #open: { stop(): Promise<void> }[] = [];
  readonly #states: ListenerState[] = [];
  /** Who takes what comes through TLS on a port of others, by ALPN protocol. */
  readonly #takers = new Map<string, (entrant: Entrant) => void>();
  readonly #arrivals: ClientArrivals;
  /** Of what comes by programs of the box. */
  readonly #doorsBehind: Doors;

  constructor(options: ListenersOptions) {
    const { context, federation } = options;
    this.#options = options;
    this.#arrivals = new ClientArrivals(context);
    this.#doorsBehind = {
      ...context.doors,
      newcomers: new Newcomers(context.config.limits.streamsPerAddress, MAX_NEWCOMERS_BEHIND),
      proxies: new TrustedProxies([LOOPBACK]),
      // Other programs of this machine could come in here as well, and say that they are anywhere.
      isClient: isCircuit,
    };
    this.#takers.set(XMPP_CLIENT, (entrant) => this.#arrivals.takeUncounted(entrant));
    if (context.config.federation.enabled) this.#takers.set(XMPP_SERVER, (entrant) => federation.take(entrant));
  }

  /** Rejects where an address cannot be had. */
  async start(): Promise<void> {
    const { context, components } = this.#options;
    const { address, c2s, c2sTls, s2s, s2sTls, proxy } = context.config.listen;
    if (c2s !== 0) await this.#listenForClients(context, { name: 'c2s', address, port: c2s }, false);
    if (c2sTls !== 0) await this.#listenForClients(context, { name: 'c2s_tls', address, port: c2sTls }, true);
    if (context.config.federation.enabled) {
      const { doors } = context;
      if (s2s !== 0) await this.#listenForServers(doors, { name: 's2s', address, port: s2s }, false);
      if (s2sTls !== 0) await this.#listenForServers(doors, { name: 's2s_tls', address, port: s2sTls }, true);
    }
    if (proxy !== 0) await this.#listenForBytestreams({ name: 'proxy', address, port: proxy });
    await components.start();
  }

  /**
   * Closes them, ends the streams of clients and components with `system-shutdown`. Resolves when these are gone, after few seconds
   * at most. Streams of other servers are the federation's, and so are their ports.
   */
  async stop(): Promise<void> {
    const stopping = this.#open.splice(0).map((listener) => listener.stop());
    this.#states.length = 0;
    await Promise.all([...stopping, this.#arrivals.stop(), this.#options.components.stop()]);
  }

  get states(): readonly ListenerState[] {
    const { context, components } = this.#options;
    const { address } = context.config.components;
    const { port } = components;
    return port === undefined ? this.#states : [...this.#states, { name: 'component', address, port }];
  }

  /** The ALPN protocols that `take` takes. */
  get protocols(): readonly string[] {
    return [...this.#takers.keys()];
  }

  /** Takes over a connection that came through TLS on a port of others, speaking one of `protocols`. */
  take(entrant: Entrant): void {
    const take = this.#takers.get(entrant.protocol);
    if (take) take(entrant);
    else entrant.socket.destroy();
  }

  /** A port of 127.0.0.1 where each connection begins with a PROXY header that names a circuit of tor. Resolves with the port. */
  listenBehind(name: string, whom: 'clients' | 'servers', directTls: boolean): Promise<number> {
    const place = { name, address: LOOPBACK, port: 0 };
    const doors = this.#doorsBehind;
    if (whom === 'servers') return this.#listenForServers(doors, place, directTls);
    return this.#listenForClients({ ...this.#options.context, doors }, place, directTls);
  }

  async #listenForClients(context: StreamContext, place: ListenerState, directTls: boolean): Promise<number> {
    const listener = new ClientListener(context, { ...place, directTls });
    const port = await listener.start();
    this.#open.push(listener);
    this.#states.push({ ...place, port });
    return port;
  }

  async #listenForServers(doors: Doors, place: ListenerState, directTls: boolean): Promise<number> {
    const { federation } = this.#options;
    const port = await federation.listen(doors, place.name, place.address, place.port, directTls);
    this.#states.push({ ...place, port });
    return port;
  }

  async #listenForBytestreams(place: ListenerState): Promise<void> {
    const { context, bytestreams } = this.#options;
    const { address, port: wanted } = place;
    const { clock, log } = context;
    const listener = new ProxyListener({ address, port: wanted, bytestreams, clock, log });
    const port = await listener.start();
    this.#open.push(listener);
    this.#states.push({ ...place, port });
  }
}
