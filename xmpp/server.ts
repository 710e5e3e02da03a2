/** Builds a server: hosts, extensions, listeners. Reads top to bottom. */
import { BOX } from './access/acts.ts';
import { LoginThrottle } from './access/throttle.ts';
import { Bytestreams } from './bytestreams/bytestreams.ts';
import { ProxyListener } from './bytestreams/proxy-listener.ts';
import type { Clock, Random, Timer } from './clock.ts';
import { ComponentService } from './components/component-service.ts';
import { Components } from './components/components.ts';
import type { ServerConfig } from './config.ts';
import type { Host } from './extension.ts';
import { extensions } from './extensions.ts';
import { Federation } from './federation/federation.ts';
import type { PeerLink, PeerState } from './federation/status.ts';
import { XmppHost } from './host.ts';
import { Hosts } from './hosts.ts';
import type { Log } from './log.ts';
import type { Hooks } from './routing/hooks.ts';
import { Inbound } from './routing/inbound.ts';
import { Jid } from './routing/jid.ts';
import type { Outside } from './routing/outside.ts';
import { Router } from './routing/router.ts';
import type { Session } from './routing/session.ts';
import { errorReply, mayBeAnswered } from './routing/stanza.ts';
import { StanzaError } from './routing/stanza-error.ts';
import { ServerService } from './servers/server-service.ts';
import type { Store } from './store/store.ts';
import { ClientArrivals } from './stream/client-arrivals.ts';
import { ClientStreams } from './stream/client-streams.ts';
import type { StreamContext } from './stream/context.ts';
import { type Doors, type Entrant, XMPP_CLIENT, XMPP_SERVER } from './stream/door.ts';
import { ClientListener } from './stream/listener.ts';
import { Newcomers } from './stream/newcomers.ts';
import { TrustedProxies } from './stream/proxies.ts';
import { TlsKeys } from './stream/tls.ts';
import { WebStreams } from './stream/web/web-streams.ts';
import type { Element } from './xml.ts';

export interface ServerOptions {
  config: ServerConfig;
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  /** Program and version, for XEP-0092. */
  software: { name: string; version: string };
}

export interface ListenerState {
  /** `c2s`, `c2s_tls`, `s2s`, `s2s_tls`, `proxy`, `component`; `onion`, `onion_tls` for tor. */
  name: string;
  address: string;
  /** The port it really listens on. */
  port: number;
}

/** From a change of the rules until links to other servers are looked at again. */
const REVIEW_MS = 500;

/** A complete XMPP server. Its hosts come from the store ('server set'), which must hold at least one before `start`. */
export class XmppServer {
  readonly #options: ServerOptions;
  readonly #router: Router;
  readonly #inbound: Inbound;
  readonly #tls: TlsKeys;
  readonly #throttle: LoginThrottle;
  readonly #streams: ClientStreams;
  /** What every port shares, those of others too. */
  readonly doors: Doors;
  /** Who takes what comes through TLS on a port of others, by ALPN protocol. */
  readonly #takers = new Map<string, (entrant: Entrant) => void>();
  readonly #arrivals: ClientArrivals;
  /** In the order in which they are asked. */
  readonly #outside: Outside[] = [];
  readonly #beside: Components;
  readonly components: ComponentService;
  readonly #federation: Federation;
  readonly #bytestreams: Bytestreams;
  /** Streams of clients that come over HTTP: whoever serves HTTP gives it what is for it, and stops it before the server. */
  readonly web: WebStreams;
  readonly #activity = new Set<() => void>();
  readonly #open: { listener: { stop(): Promise<void> }; state: ListenerState }[] = [];
  readonly #hosts = new Hosts((id) => this.#buildHost(id));
  /** Adds, changes and removes them. */
  readonly servers: ServerService;
  #review: Timer | undefined;
  /** What clients did not get, on its way to the offline store or to others. */
  readonly #givenBack = new Set<Promise<void>>();

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#router = new Router((domain) => this.#hosts.of(domain), this.#outside);
    this.#inbound = new Inbound(this.#router, (session) => this.#hooksOf(session), options.log);
    this.#beside = new Components({
      clock: options.clock,
      log: options.log,
      isOwn: (domain) => this.#hosts.isOwn(domain),
      ownDomain: () => this.#hosts.first?.server.domain ?? '',
      receive: (stanza, from, to, turn) => this.#inbound.fromOutside(stanza, from, to, turn),
      changed: () => this.#tellActivity(),
    });
    this.#outside.push(this.#beside);
    this.components = new ComponentService({
      components: this.#beside,
      config: options.config.components,
      limits: options.config.limits,
      store: options.store,
      clock: options.clock,
      random: options.random,
      log: options.log,
      isOwn: (domain) => this.#hosts.isOwn(domain),
    });
    this.servers = new ServerService({
      hosts: this.#hosts,
      isBeside: (domain) => this.#beside.takes(domain),
      store: options.store,
      clock: options.clock,
      random: options.random,
      log: options.log,
    });
    this.#tls = new TlsKeys(options.config.tls, options.config.tls.byDomain);
    this.#throttle = new LoginThrottle(options.config.limits, options.clock);
    this.#streams = new ClientStreams(options.clock);
    this.#bytestreams = new Bytestreams(options.clock);
    const { clock, log, config } = options;
    this.doors = {
      clock,
      log,
      tls: this.#tls,
      newcomers: new Newcomers(config.limits.streamsPerAddress),
      proxies: new TrustedProxies(config.listen.proxyProtocol),
    };
    this.#arrivals = new ClientArrivals(this.#streamContext());
    this.#takers.set(XMPP_CLIENT, (entrant) => this.#arrivals.takeUncounted(entrant));
    this.web = new WebStreams(this.#streamContext());
    this.#federation = new Federation({
      config,
      clock,
      random: options.random,
      log,
      keys: this.#tls,
      isServed: (domain) => this.#hosts.isOwn(domain) || this.#beside.takes(domain),
      ownerAllows: (direction, local, remote) => {
        const host = this.#hosts.behind(local) ?? this.#hosts.first;
        return host?.access.allows({ action: `federate-${direction}`, who: { domain: remote } }) ?? false;
      },
      receive: (stanza, from, to, turn) => this.#inbound.fromOutside(stanza, from, to, turn),
      changed: () => {
        for (const host of this.#hosts.all) host.hooks.run('links changed', {});
        this.#tellActivity();
      },
    });
    this.#outside.push(this.#federation);
    if (config.federation.enabled) this.#takers.set(XMPP_SERVER, (entrant) => this.#federation.take(entrant));
  }

  async start(): Promise<void> {
    this.#tls.reload();
    for (const { id } of this.#options.store.servers.all()) this.#hosts.add(id);
    const { address, c2s, c2sTls } = this.#options.config.listen;
    await this.#listen('c2s', address, c2s, false);
    await this.#listen('c2s_tls', address, c2sTls, true);
    await this.#listenForServers();
    await this.#listenForBytestreams();
    await this.components.start();
  }

  /** Ends all streams with `system-shutdown`, closes the listeners, waits for what is on its way to the disk. */
  async stop(): Promise<void> {
    const sessions = this.#hosts.all.flatMap((host) => [...host.sessions.all()]);
    const stopping = this.#open.splice(0).map(({ listener }) => listener.stop());
    await Promise.all([...stopping, this.#arrivals.stop(), this.components.stop()]);
    for (const host of this.#hosts.all) host.hooks.run('server stopping', {});
    this.#streams.close('system-shutdown');
    await Promise.all(sessions.map(({ lane }) => lane.barrier(async () => undefined)));
    await Promise.all(this.#givenBack);
    this.#review?.cancel();
    await this.#federation.stop();
    this.#hosts.stop();
  }

  get hosts(): readonly Host[] {
    return this.#hosts.all;
  }

  /** Runs for each host that is there, and for each that is added. */
  eachHost(watch: (host: Host) => void): void {
    this.#hosts.each(watch);
  }

  get listeners(): readonly ListenerState[] {
    const { port } = this.components;
    const { address } = this.#options.config.components;
    const open = this.#open.map(({ state }) => state);
    return port === undefined ? open : [...open, { name: 'component', address, port }];
  }

  /** The ALPN protocols that `takeSecured` takes. */
  get protocols(): readonly string[] {
    return [...this.#takers.keys()];
  }

  /** Takes over a connection that came through TLS on a port of others, speaking one of `protocols`. */
  takeSecured(entrant: Entrant): void {
    const take = this.#takers.get(entrant.protocol);
    if (take) take(entrant);
    else entrant.socket.destroy();
  }

  /** The servers that the box talks to, or tried to. */
  get peers(): readonly PeerState[] {
    return this.#federation.states();
  }

  get federates(): boolean {
    return this.#federation.takes();
  }

  /** How many of them a link is up with. */
  get peersConnected(): number {
    return this.#federation.servers;
  }

  /** Exceptions in handlers since the start, each of which cost one stanza. */
  get handlerErrors(): number {
    return this.#inbound.faults;
  }

  /** Tells when something that a status page shows may have changed: sessions, accounts, messages. */
  onActivity(listener: () => void): void {
    this.#activity.add(listener);
  }

  /** New handshakes show the files' present certificate. @throws Error where they are no good; the old one stays. */
  reloadCertificate(): void {
    this.#tls.reload();
    for (const { acts } of this.hosts) acts.record(BOX, 'certificate reload', '');
  }

  /**
   * A port of 127.0.0.1 for a program of the box that hands on what comes to it from clients, each connection after a PROXY header.
   * Call it after `start`; it closes with the others. Resolves with the port.
   */
  async listenBehind(name: string, directTls: boolean): Promise<number> {
    const address = '127.0.0.1';
    const context = this.#streamContext();
    const doors = { ...this.doors, proxies: new TrustedProxies([address]) };
    const listener = new ClientListener({ ...context, doors }, { name, address, port: 0, directTls });
    const port = await listener.start();
    this.#open.push({ listener, state: { name, address, port } });
    return port;
  }

  #buildHost(id: string): XmppHost {
    const { store, clock, random, log, config, software } = this.#options;
    const activity = () => this.#tellActivity();
    const host = new XmppHost(id, {
      store,
      clock,
      random,
      log,
      config,
      software,
      bytestreams: this.#bytestreams,
      isBeside: (domain) => this.#beside.takes(domain),
      send: (stanza, inNameOf) => this.#send(stanza, inNameOf),
      linksOf: (asked) => this.#linksOf(asked),
      activity,
    });
    host.attach(extensions);
    host.services.alsoList((domain) => this.#beside.items(domain));
    host.hooks.on('access changed', () => this.#reviewPeers());
    for (const hook of ['session bound', 'session ended', 'account created', 'account removed'] as const)
      host.hooks.on(hook, activity);
    return host;
  }

  async #listen(name: string, address: string, port: number, directTls: boolean): Promise<void> {
    if (port === 0) return;
    const listener = new ClientListener(this.#streamContext(), { name, address, port, directTls });
    const actual = await listener.start();
    this.#open.push({ listener, state: { name, address, port: actual } });
  }

  async #listenForServers(): Promise<void> {
    const { config } = this.#options;
    const { address, s2s, s2sTls } = config.listen;
    if (!config.federation.enabled) return;
    for (const [name, port] of [
      ['s2s', s2s],
      ['s2s_tls', s2sTls],
    ] as const) {
      if (port === 0) continue;
      const actual = await this.#federation.listen(this.doors, name, address, port, name === 's2s_tls');
      this.#open.push({ listener: { stop: async () => undefined }, state: { name, address, port: actual } });
    }
  }

  async #listenForBytestreams(): Promise<void> {
    const { config, clock, log } = this.#options;
    const { address, proxy: port } = config.listen;
    if (port === 0) return;
    const listener = new ProxyListener({ address, port, bytestreams: this.#bytestreams, clock, log });
    const actual = await listener.start();
    this.#open.push({ listener, state: { name: 'proxy', address, port: actual } });
  }

  /** Soon, for many changes come at once. */
  #reviewPeers(): void {
    this.#review ??= this.#options.clock.after(REVIEW_MS, () => {
      this.#review = undefined;
      this.#federation.review();
    });
  }

  #streamContext(): StreamContext {
    const { config, clock, random, log } = this.#options;
    return {
      config,
      clock,
      random,
      log,
      tls: this.#tls,
      doors: this.doors,
      throttle: this.#throttle,
      streams: this.#streams,
      host: (domain) => this.#hosts.of(domain),
      receive: (session, stanza) => this.#inbound.receive(session, stanza),
      undelivered: (session, stanzas) => this.#undelivered(session, stanzas),
    };
  }

  /** What only comes in does not say for which host it does, where there are several: it is nobody's then. */
  #linksOf(host: XmppHost): PeerLink[] {
    const isAt = (local: string) => (local === '' ? this.#hosts.all.length === 1 : this.#hosts.behind(local) === host);
    return this.#federation
      .states()
      .flatMap(({ domain, local, direction }) => (direction && isAt(local) ? [{ domain, direction }] : []));
  }

  #tellActivity(): void {
    for (const listener of this.#activity) listener();
  }

  #hooksOf(session: Session): Hooks {
    const host = this.#hosts.of(session.jid.domain);
    if (!host) throw new StanzaError('service-unavailable');
    return host.hooks;
  }

  /** What the box itself sends. An error is nobody's, but that of a query goes to who waits for it. */
  #send(stanza: Element, inNameOf?: Session): void {
    const from = Jid.parse(stanza.attrs.from ?? '');
    const to = Jid.parse(stanza.attrs.to ?? '');
    const host = this.#hosts.behind(from.domain);
    this.#router.route(stanza, to, { from, session: undefined, host, turn: undefined }).catch((error: unknown) => {
      const answer = error instanceof StanzaError ? error : this.#inbound.fault(error, from, stanza);
      if (!mayBeAnswered(stanza)) return;
      if (inNameOf) inNameOf.send(errorReply(stanza, answer));
      else if (stanza.name === 'iq') host?.iqs.answered(errorReply(stanza, answer), to);
    });
  }

  #undelivered(session: Session, stanzas: Element[]): void {
    const host = this.#hosts.of(session.jid.domain);
    const [first] = stanzas;
    if (!host || !first) return;
    const done = host.messages
      .undelivered(session, stanzas)
      .catch((error: unknown) => void this.#inbound.fault(error, session.jid, first))
      .finally(() => this.#givenBack.delete(done));
    this.#givenBack.add(done);
  }
}
