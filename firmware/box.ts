/** The box: all its parts, put together. `start` reads top to bottom; `stop` undoes it from the bottom up. */

import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { domainToASCII } from 'node:url';
import type { Buttons } from '../drivers/button/buttons.ts';
import { detectButtons, detectDisplay } from '../drivers/detect.ts';
import type { Display } from '../drivers/display/display.ts';
import type { Clock, Random } from '../xmpp/clock.ts';
import type { Host } from '../xmpp/extension.ts';
import { type ListenerState, XmppServer } from '../xmpp/server.ts';
import { change } from '../xmpp/store/changes.ts';
import { openStore } from '../xmpp/store/open.ts';
import { StoreOpenError } from '../xmpp/store/open-error.ts';
import type { Store } from '../xmpp/store/store.ts';
import { Care } from './care.ts';
import { certificateFolder, ownCertificate } from './certificate.ts';
import { type CertificateFiles, checkCertificate } from './certificate-files.ts';
import { commandsOf } from './commands/commands.ts';
import { type Config, serverConfig } from './config.ts';
import { type Command, ControlServer, controlPath } from './control.ts';
import { BoxError, reasonOf } from './errors.ts';
import { createApp } from './http/app.ts';
import { WebServer } from './http/web-server.ts';
import type { BoxLog } from './log.ts';
import { Mdns } from './mdns.ts';
import { Pairing } from './pairing.ts';
import { PanelController, type PanelFacts } from './panel-controller.ts';
import { hostForPhones, invitationUrl, isLoopback, lanAddresses, panelUrl } from './reachability.ts';
import { software } from './version.ts';

export interface BoxOptions {
  config: Config;
  log: BoxLog;
  clock: Clock;
  random: Random;
  cwd: string;
  /** The box wants to end: POWER was held. */
  powerOff: () => void;
  /** Each picture of the panel, for a terminal. */
  onFrame: (frame: Uint8Array) => void;
}

/** What is there once `start` is through. */
interface Running {
  server: XmppServer;
  host: Host;
  pairing: Pairing;
  store: Store;
}

export class Box {
  readonly #options: BoxOptions;
  readonly #undo: (() => unknown)[] = [];
  readonly #startedMs: number;
  #certificate: CertificateFiles = { certificate: '', key: '' };
  #display: Display | undefined;
  #buttons: Buttons | undefined;
  #panel: PanelController | undefined;
  #running: Running | undefined;
  #web: WebServer | undefined;
  #mdns: Mdns | undefined;
  /** Exceptions that nobody caught. */
  uncaught = 0;

  constructor(options: BoxOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
  }

  /** @throws BoxError where the box cannot do its work; what was started is stopped again then */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { config, log, clock, random } = this.#options;
    this.#prepareFolder();
    await this.#startControl();
    const panel = await this.#startPanel();

    const store = await this.#openStore();
    await this.#seed(store);
    await this.#prepareCertificate(store);

    const server = new XmppServer({
      config: serverConfig(config, this.#certificate),
      store,
      clock,
      random,
      log,
      software,
    });
    await server.start().catch((error: unknown) => asStartError(error, config.listen));
    this.#undo.push(() => server.stop());
    server.onActivity(() => panel.changed());
    const host = firstOf(server.hosts);

    const pairing = new Pairing({ invites: host.invites, clock, log, onChange: () => panel.refresh() });
    this.#undo.push(() => pairing.stop());
    host.hooks.on('invite used', ({ code }) => void pairing.used(code).catch(this.#logged('the pairing window')));
    host.hooks.on('invite refused', () => pairing.wrongCode());
    host.hooks.on('account created', ({ account }) => panel.welcome(account.local, account.role === 'administrator'));

    this.#running = { server, host, pairing, store };
    await this.#startWeb(host, pairing, panel);
    panel.ready(pairing);
    this.#startMdns(host);
    this.#startCare(server);
    log.info(
      { domain: host.server.domain, members: store.accounts.count(host.server.id), version: software.version },
      'ready',
    );
  }

  /** Nothing is lost: streams are told, the store is folded in, and only then does the panel say that one may unplug. */
  async stop(): Promise<void> {
    this.#panel?.goodbye();
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        this.#options.log.error({ err: error }, 'a part did not stop well');
      }
    }
  }

  /** SIGHUP: the certificate's files and the log's level are read anew; streams go on. */
  reload(config: Config): void {
    const { log } = this.#options;
    log.setLevel(config.log);
    try {
      checkCertificate(this.#certificate);
      this.#reloadCertificate();
      log.info({ level: config.log }, 'reloaded certificate and log level');
    } catch (error) {
      log.error({ reason: reasonOf(error) }, 'the new certificate is no good; the old one stays');
    }
  }

  get running(): Running {
    if (!this.#running) throw new BoxError('box-fault', { reason: 'it is not up yet, or going down' });
    return this.#running;
  }

  get panel(): PanelController {
    if (!this.#panel) throw new BoxError('box-fault', { reason: 'it is not up yet' });
    return this.#panel;
  }

  get listeners(): ListenerState[] {
    return [...(this.#running?.server.listeners ?? []), ...(this.#web?.listeners ?? [])];
  }

  /** Errors since the start that cost something: handlers, exceptions, lines of level error. */
  get errors(): number {
    return (this.#running?.server.handlerErrors ?? 0) + this.uncaught;
  }

  get uptimeSeconds(): number {
    return Math.floor((this.#options.clock.nowMs() - this.#startedMs) / 1000);
  }

  /** One line for each piece of hardware, and for the network. */
  get condition(): { display: string; buttons: string; network: string } {
    return {
      display: this.#display?.state().detail ?? 'not started',
      buttons: this.#buttons?.state().detail ?? 'not started',
      network: this.#mdns?.state.detail ?? 'not announced',
    };
  }

  get displayKind(): Display['kind'] {
    return this.#display?.kind ?? 'none';
  }

  /** The address of an invitation's page; undefined where no page is served. */
  invitationUrl(code: string): string | undefined {
    const { http, https } = this.#options.config.listen;
    return invitationUrl({ host: this.#reachableHost(), http, https }, code);
  }

  #prepareFolder(): void {
    const { data: folder } = this.#options.config;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
    } catch (error) {
      throw new BoxError('data-unusable', { folder, reason: reasonOf(error) });
    }
  }

  /** First of all, because it tells whether another box has the folder. Commands but `ping` are answered once the box is up. */
  async #startControl(): Promise<void> {
    const { config, cwd, log } = this.#options;
    const commands = new Map<string, Command>([['ping', () => ({ pid: process.pid })], ...commandsOf(this)]);
    const control = new ControlServer({ path: controlPath(config.data, cwd), dataFolder: config.data, commands, log });
    await control.start();
    this.#undo.push(() => control.stop());
  }

  async #startPanel(): Promise<PanelController> {
    const { config, log, clock, powerOff, onFrame } = this.#options;
    const { display, i2c_bus, i2c_address, buttons } = config.panel;
    const environment = { clock, log };
    const found = await detectDisplay({ display, i2cBus: i2c_bus, i2cAddress: i2c_address }, environment);
    this.#display = found.display;
    this.#buttons = await detectButtons(buttons, environment);
    const panel = new PanelController({
      display: this.#display,
      buttons: this.#buttons,
      clock,
      log,
      facts: () => this.#facts(),
      urlFor: (code) => panelUrl(this.invitationUrl(code) ?? ''),
      typeAt: () => this.#webPlaces(),
      powerOff,
    });
    panel.onFrame(() => onFrame(panel.frame()));
    await panel.start();
    this.#panel = panel;
    this.#undo.push(() => panel.stop());
    return panel;
  }

  async #openStore(): Promise<Store> {
    const { config, clock, random, log } = this.#options;
    const store = await openStore({ folder: config.data, clock, random, log }).catch((error: unknown) => {
      const reason = error instanceof StoreOpenError ? `${error.code}: ${error.message}` : reasonOf(error);
      throw new BoxError('store-unusable', { folder: config.data, reason }, { cause: error });
    });
    this.#undo.push(() => {
      this.#running = undefined;
      return store.close();
    });
    return store;
  }

  /** An empty box starts from [server] and [access]; from then on the store owns them. */
  async #seed(store: Store): Promise<void> {
    if (store.servers.all().length > 0) return;
    const { server, access } = this.#options.config;
    await store.journal.commit(change('server set', { id: store.newId(), ...server, ...access }));
  }

  async #prepareCertificate(store: Store): Promise<void> {
    const { tls, data } = this.#options.config;
    if (tls.certificate !== '') {
      checkCertificate(tls);
      this.#certificate = tls;
      return;
    }
    const { v4, v6 } = lanAddresses(networkInterfaces());
    const served = store.servers.all().flatMap(({ domain, fallbacks }) => [domain, ...fallbacks]);
    const own = `${hostname().split('.')[0]}.local`;
    const domains = [...new Set([...served, own, 'localhost'].map(domainToASCII).filter((name) => name !== ''))];
    const { made, ...files } = await ownCertificate(
      certificateFolder(data),
      { domains, addresses: [...v4, ...v6] },
      this.#options.clock.nowMs(),
    );
    this.#certificate = files;
    if (made) this.#options.log.info({ names: domains.join(' ') }, 'made a certificate for the names of this box');
  }

  async #startWeb(host: Host, pairing: Pairing, panel: PanelController): Promise<void> {
    const { config, clock, log } = this.#options;
    const { address, c2s, c2s_tls, http, https } = config.listen;
    const app = createApp({
      host,
      pairing,
      panel,
      clock,
      log,
      ports: { c2s, c2sTls: c2s_tls, http, https },
      reachableHost: () => this.#reachableHost(),
      fingerprint: () => (config.tls.certificate === '' ? this.#fingerprint() : undefined),
    });
    const web = new WebServer({ address, http, https, tls: this.#certificate, app, log });
    this.#undo.push(() => web.stop());
    await web.start();
    this.#web = web;
  }

  /** Not waited for: the network may come later than the box, or never. */
  #startMdns(host: Host): void {
    const { config, log } = this.#options;
    const { address, c2s, c2s_tls, http } = config.listen;
    if (isLoopback(address)) return;
    const ports = { c2s, c2sTls: c2s_tls, http };
    const mdns = new Mdns({ domain: host.server.domain, hostname: hostname(), ports, log });
    this.#mdns = mdns;
    this.#undo.push(() => mdns.stop());
    void mdns.start();
  }

  #startCare(server: XmppServer): void {
    const { clock, log } = this.#options;
    const care = new Care({ hosts: () => server.hosts, clock, log, renewCertificate: () => this.#renewCertificate() });
    care.start();
    this.#undo.push(() => care.stop());
  }

  async #renewCertificate(): Promise<void> {
    if (this.#options.config.tls.certificate !== '') return;
    await this.#prepareCertificate(this.running.store);
    this.#reloadCertificate();
  }

  #reloadCertificate(): void {
    this.running.server.reloadCertificate();
    this.#web?.reloadCertificate();
  }

  #fingerprint(): string {
    return new X509Certificate(readFileSync(this.#certificate.certificate)).fingerprint256;
  }

  #reachableHost(): string {
    const { address } = this.#options.config.listen;
    if (isLoopback(address)) return address;
    return hostForPhones(lanAddresses(networkInterfaces()), this.#domain());
  }

  /** Where a browser finds the first page, without the scheme: by the address that always works, then by name. */
  #webPlaces(): string[] {
    const { http, https } = this.#options.config.listen;
    const urls = [this.#reachableHost(), this.#domain()].map((host) => invitationUrl({ host, http, https }, ''));
    return [...new Set(urls.filter((url) => url !== undefined).map((url) => new URL(url).host))];
  }

  #domain(): string {
    return this.#running?.host.server.domain ?? this.#options.config.server.domain;
  }

  #facts(): PanelFacts {
    const { config, clock } = this.#options;
    const { v4, v6 } = lanAddresses(networkInterfaces());
    const running = this.#running;
    const server = running?.host.server;
    return {
      version: software.version,
      name: this.#domain(),
      domain: this.#domain(),
      addresses: [...v4, ...v6],
      webAddress: this.#webPlaces()[0] ?? this.#reachableHost(),
      members: running && server ? running.store.accounts.count(server.id) : 0,
      online: running?.host.sessions.accountsOnline ?? 0,
      messagesToday: running && server ? running.store.archive.sentSince(server.id, startOfDay(clock.nowMs())) : 0,
      uptimeSeconds: this.uptimeSeconds,
      trouble: config.listen.http === 0 && config.listen.https === 0 ? ['No web page: set [listen] http.'] : [],
    };
  }

  #logged(what: string): (error: unknown) => void {
    return (error) => this.#options.log.error({ err: error }, `${what} failed`);
  }
}

function firstOf(hosts: readonly Host[]): Host {
  const [host] = hosts;
  if (!host) throw new BoxError('server-not-started', { reason: 'the store names no server' });
  return host;
}

/** Midnight where the box stands. */
function startOfDay(nowMs: number): number {
  return new Date(nowMs).setHours(0, 0, 0, 0);
}

function asStartError(error: unknown, listen: Config['listen']): never {
  const { syscall, port } = error as { syscall?: unknown; port?: unknown };
  if (syscall === 'listen' && typeof port === 'number') {
    const [name = 'c2s'] = Object.entries(listen).find(([, value]) => value === port) ?? [];
    throw new BoxError('port-unusable', { name, port, reason: reasonOf(error) }, { cause: error });
  }
  throw new BoxError('server-not-started', { reason: reasonOf(error) }, { cause: error });
}
