/** Builds a server: hosts, extensions, listeners. Reads top to bottom. */
import { BOX } from './access/acts.ts';
import { LoginThrottle } from './access/throttle.ts';
import { Bytestreams } from './bytestreams/bytestreams.ts';
import type { Clock, Random } from './clock.ts';
import { ComponentService } from './components/component-service.ts';
import { Components } from './components/components.ts';
import type { ServerConfig } from './config.ts';
import type { Host } from './extension.ts';
import { extensions } from './extensions.ts';
import type { Federation } from './federation/federation.ts';
import type { PeerRuleBook } from './federation/peer-rules.ts';
import type { PeerState } from './federation/status.ts';
import { XmppHost } from './host.ts';
import { Hosts } from './hosts.ts';
import { type ListenerState, Listeners } from './listeners.ts';
import type { Log } from './log.ts';
import { Peers } from './peers.ts';
import type { Hooks } from './routing/hooks.ts';
import { Inbound } from './routing/inbound.ts';
import { Outbound } from './routing/outbound.ts';
import type { Outside } from './routing/outside.ts';
import { Router } from './routing/router.ts';
import { assertMayUse } from './routing/services.ts';
import type { Session } from './routing/session.ts';
import { StanzaError } from './routing/stanza-error.ts';
import { ServerService } from './servers/server-service.ts';
import type { Store } from './store/store.ts';
import { ClientStreams } from './stream/client-streams.ts';
import type { StreamContext } from './stream/context.ts';
import type { Doors, Entrant } from './stream/door.ts';
import { Newcomers } from './stream/newcomers.ts';
import { TrustedProxies } from './stream/proxies.ts';
import { PasswordLogin } from './stream/sasl/password-login.ts';
import { TlsKeys } from './stream/tls.ts';
import { WebStreams } from './stream/web/web-streams.ts';

export interface ServerOptions {
  config: ServerConfig;
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  /** Program and version, for XEP-0092. */
  software: { name: string; version: string };
}

/** A complete XMPP server. Its hosts come from the store ('server set'), which must hold at least one before `start`. */
export class XmppServer {
  readonly #options: ServerOptions;
  readonly #hosts = new Hosts((id) => this.#buildHost(id));
  /** Adds, changes and removes them. */
  readonly servers: ServerService;
  /** In the order in which they are asked. */
  readonly #outside: Outside[] = [];
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #beside: Components;
  readonly components: ComponentService;
  readonly #tls: TlsKeys;
  readonly #peers: Peers;
  readonly #federation: Federation;
  readonly #bytestreams: Bytestreams;
  readonly #streams: ClientStreams;
  /** For pages where members log in. */
  readonly logins: PasswordLogin;
  /** What every port shares, those of others too. */
  readonly doors: Doors;
  readonly #listeners: Listeners;
  /** Streams of clients that come over HTTP: whoever serves HTTP gives it what is for it, and stops it before the server. */
  readonly web: WebStreams;
  readonly #activity = new Set<() => void>();

  constructor(options: ServerOptions) {
    this.#options = options;
    const { config, store, clock, random, log } = options;
    const router = new Router((domain) => this.#hosts.of(domain), this.#outside);
    this.#inbound = new Inbound(router, (session) => this.#hooksOf(session), log);
    this.#outbound = new Outbound(router, this.#inbound, this.#hosts);
    this.#beside = new Components({
      clock,
      log,
      isOwn: (domain) => this.#hosts.isOwn(domain),
      ownDomain: () => this.#hosts.first?.server.domain ?? '',
      assertMayUse: (from, to) => {
        const host = this.#hosts.above(to.domain) ?? this.#hosts.behind(from.domain) ?? this.#hosts.first;
        if (host) assertMayUse(host, from);
      },
      receive: (stanza, from, to, turn) => this.#inbound.fromOutside(stanza, from, to, turn),
      changed: () => this.#tellActivity(),
    });
    this.#outside.push(this.#beside);
    this.components = new ComponentService({
      components: this.#beside,
      config: config.components,
      limits: config.limits,
      store,
      clock,
      random,
      log,
      isOwn: (domain) => this.#hosts.isOwn(domain),
    });
    this.servers = new ServerService({
      hosts: this.#hosts,
      isBeside: (domain) => this.#beside.takes(domain),
      store,
      clock,
      random,
      log,
    });
    this.#tls = new TlsKeys(config.tls, config.tls.byDomain);
    this.#peers = new Peers({
      config,
      store,
      clock,
      random,
      log,
      keys: this.#tls,
      hosts: this.#hosts,
      isBeside: (domain) => this.#beside.takes(domain),
      receive: (stanza, from, to, turn) => this.#inbound.fromOutside(stanza, from, to, turn),
      changed: () => this.#tellActivity(),
    });
    this.#federation = this.#peers.federation;
    this.#outside.push(this.#federation);
    this.#bytestreams = new Bytestreams(clock);
    this.#streams = new ClientStreams(clock);
    this.doors = {
      clock,
      log,
      tls: this.#tls,
      newcomers: new Newcomers(config.limits.streamsPerAddress),
      proxies: new TrustedProxies(config.listen.proxyProtocol),
    };
    const context: StreamContext = {
      config,
      clock,
      random,
      log,
      tls: this.#tls,
      doors: this.doors,
      throttle: new LoginThrottle(config.limits, clock),
      streams: this.#streams,
      host: (domain) => this.#hosts.of(domain),
      receive: (session, stanza) => this.#inbound.receive(session, stanza),
      undelivered: (session, stanzas) => this.#outbound.giveBack(session, stanzas),
    };
    this.web = new WebStreams(context);
    this.logins = new PasswordLogin(context);
    this.#listeners = new Listeners({
      context,
      federation: this.#federation,
      bytestreams: this.#bytestreams,
      components: this.components,
    });
  }

  async start(): Promise<void> {
    this.#tls.reload();
    for (const { id } of this.#options.store.servers.all()) this.#hosts.add(id);
    await this.#listeners.start();
  }

  /** Ends all streams with `system-shutdown`, closes the listeners, waits for what is on its way to the disk. */
  async stop(): Promise<void> {
    await this.#federation.settle();
    const sessions = this.#hosts.all.flatMap((host) => [...host.sessions.all()]);
    await this.#listeners.stop();
    for (const host of this.#hosts.all) host.hooks.run('server stopping', {});
    this.#streams.close('system-shutdown');
    await Promise.all(sessions.map(({ lane }) => lane.barrier(async () => undefined)));
    await this.#outbound.settled();
    await this.#peers.stop();
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
    return this.#listeners.states;
  }

  /** The ALPN protocols that `takeSecured` takes. */
  get protocols(): readonly string[] {
    return this.#listeners.protocols;
  }

  /** Takes over a connection that came through TLS on a port of others, speaking one of `protocols`. */
  takeSecured(entrant: Entrant): void {
    this.#listeners.take(entrant);
  }

  /** The servers that the box talks to, or tried to. */
  get peers(): readonly PeerState[] {
    return this.#federation.states();
  }

  /** What is asked of single other servers. */
  get peerRules(): PeerRuleBook {
    return this.#peers.rules;
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
   * A port of 127.0.0.1 for a program of the box that hands on what comes to it from far away, each connection after a PROXY header.
   * Call it after `start`; it closes with the others. Resolves with the port.
   */
  listenBehind(name: string, whom: 'clients' | 'servers', directTls: boolean): Promise<number> {
    return this.#listeners.listenBehind(name, whom, directTls);
  }

  /** The box is reached at an onion address from now on (ServerConfig.onion). */
  onionKnown(): void {
    for (const { hooks } of this.#hosts.all) hooks.run('onion known', {});
    this.#tellActivity();
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
      hostOf: (domain) => this.#hosts.of(domain),
      send: (stanza, inNameOf) => this.#outbound.send(stanza, inNameOf),
      linksOf: (asked) => this.#peers.linksOf(asked),
      activity,
    });
    host.attach(extensions);
    host.services.alsoList((domain) => this.#beside.items(domain));
    this.#peers.watch(host);
    for (const hook of ['session bound', 'session ended', 'account created', 'account removed'] as const)
      host.hooks.on(hook, activity);
    return host;
  }

  #tellActivity(): void {
    for (const listener of this.#activity) listener();
  }

  #hooksOf(session: Session): Hooks {
    const host = this.#hosts.of(session.jid.domain);
    if (!host) throw new StanzaError('service-unavailable');
    return host.hooks;
  }
}
