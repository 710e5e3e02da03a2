/** The box: all its parts, put together. `start` reads top to bottom; `stop` undoes it from the bottom up. */

import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Buttons } from '../drivers/button/buttons.ts';
import { detectButtons, detectDisplay } from '../drivers/detect.ts';
import type { Display } from '../drivers/display/display.ts';
import { absentLed } from '../drivers/led/absent.ts';
import { sysfsLed } from '../drivers/led/sysfs.ts';
import type { Clock, Random } from '../xmpp/clock.ts';
import type { Host } from '../xmpp/extension.ts';
import { type ListenerState, XmppServer } from '../xmpp/server.ts';
import type { Store } from '../xmpp/store/store.ts';
import { Addresses } from './addresses.ts';
import { Care } from './care.ts';
import { checkCertificate } from './certificate-files.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import { commandsOf } from './commands/commands.ts';
import { componentSecrets } from './component-secrets.ts';
import { type Config, serverConfig } from './config.ts';
import { type Command, ControlServer, controlPath } from './control.ts';
import { openBoxStore, prepareFolder } from './data.ts';
import { BoxError, reasonOf } from './errors.ts';
import { eraseData, resetIsUnfinished } from './factory-reset.ts';
import { buildWeb } from './http/build-web.ts';
import { type OneTimePages, oneTimePages } from './http/one-time.ts';
import type { WebServer } from './http/web-server.ts';
import type { BoxLog } from './log.ts';
import { Mdns } from './mdns.ts';
import { Pairing } from './pairing.ts';
import { displaySettings } from './panel/display-settings.ts';
import { Facts } from './panel/facts.ts';
import { PanelController } from './panel-controller.ts';
import { isLoopback, panelUrl } from './reachability.ts';
import { asStartError, firstOf } from './start-errors.ts';
import { Tor } from './tor/tor.ts';
import { Calls } from './turn/calls.ts';
import { UploadFiles } from './upload-files.ts';
import { software } from './version.ts';

export interface BoxOptions {
  config: Config;
  log: BoxLog;
  clock: Clock;
  random: Random;
  cwd: string;
  /** The box wants to end: POWER was held. */
  powerOff: () => void;
  /** The box wants `factoryReset`: two buttons were held. */
  resetRequested: () => void;
  /** An administrator asked for `restart`. */
  restartRequested: () => void;
  /** What may be said once everything is on disk: that the plug may be pulled, or that the machine still runs. */
  unplug: 'safe' | 'wait for the light';
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
  readonly #certificate: CertificateKeeper;
  readonly addresses: Addresses;
  readonly #once: OneTimePages;
  /** The relay for them. */
  readonly calls: Calls;
  readonly tor: Tor;
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
    const { config, clock, random, log } = options;
    this.#once = oneTimePages(options, (...page) => this.addresses.once(this.#clientsReach(this.#domain()), ...page));
    this.#startedMs = clock.nowMs();
    this.addresses = new Addresses(config.listen, () => this.#domain(), networkInterfaces);
    const folder = join(config.data, 'tls');
    this.#certificate = new CertificateKeeper({
      given: config.tls,
      components: Object.keys(config.components),
      folder,
      lan: () => this.addresses.lan(),
      clock,
      log,
    });
    const reachableAt = (domain: string) => this.#clientsReach(domain);
    const { addresses } = this;
    this.tor = new Tor({ enabled: config.tor.enabled, folder: join(config.data, 'tor'), clock, log });
    this.calls = new Calls({ config, addresses, tls: this.#certificate.files, reachableAt, clock, random, log });
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
    prepareFolder(config.data);
    await this.#startControl();
    if (resetIsUnfinished(config.data)) this.#erase();
    const panel = await this.#startPanel();

    const store = await openBoxStore(config, { clock, random, log });
    this.#undo.push(() => {
      this.#running = undefined;
      return store.close();
    });
    await this.#certificate.prepare(store);
    const folder = join(config.data, 'uploads');
    const files = new UploadFiles({ folder, store, clock, days: config.upload.days, log });
    this.#undo.push(() => files.stop());
    await files.start();

    const server = new XmppServer({
      config: serverConfig(config, {
        tls: this.#certificate.files,
        componentSecrets: componentSecrets(config),
        externalServices: this.calls,
        uploadUrl: (domain) => config.upload.url || this.addresses.uploads(this.#clientsReach(domain)),
        roomBytes: () => files.roomBytes(),
        reachableAt: (domain) => this.#clientsReach(domain),
        invitationUrl: (code) => this.addresses.invitation(code),
        onion: () => this.tor.onion,
        ...this.#once,
        power: { restart: this.#options.restartRequested, shutDown: this.#options.powerOff },
      }),
      store,
      clock,
      random,
      log,
      software,
    });
    this.#undo.push(() => server.stop());
    await server.start().catch((error: unknown) => asStartError(error, config.listen));
    server.onActivity(() => panel.changed());
    const host = firstOf(server.hosts);
    this.#undo.push(() => this.calls.stop());
    await this.calls.start(store, host);
    this.#undo.push(() => this.tor.stop());
    await this.tor.open(server);

    const pairing = new Pairing({ invites: host.invites, clock, log, onChange: () => panel.refresh() });
    this.#undo.push(() => pairing.stop());
    host.hooks.on('invite used', ({ code }) => void pairing.used(code).catch(this.#logged('the pairing window')));
    host.hooks.on('invite refused', () => pairing.wrongCode());
    host.hooks.on('account created', ({ account }) => panel.welcome(account.local, account.role === 'administrator'));

    this.#running = { server, host, pairing, store };
    server.eachHost(({ hooks }) => hooks.on('account forgotten', () => files.sweepSoon()));
    await this.#startWeb(server, pairing, panel, files);
    panel.ready(pairing);
    this.#startMdns(server);
    this.#startCare(server, files);
    log.info(
      { domain: host.server.domain, members: store.accounts.count(host.server.id), version: software.version },
      'ready',
    );
  }

  /** Nothing is lost: streams are told, the store is folded in, and only then does the panel say that one may unplug. */
  async stop(): Promise<void> {
    this.#panel?.goodbye('saving', this.#options.unplug);
    await this.#undoAll();
  }

  /** Erases everything and starts anew, as a box of its first day. @throws BoxError where it cannot start again */
  async factoryReset(): Promise<void> {
    this.#options.log.warn({}, 'factory reset: erasing everything');
    this.#panel?.goodbye('erasing', 'erasing');
    await this.#undoAll();
    this.#erase();
    await this.start();
  }

  /** Stops and starts in this process. @throws BoxError where it cannot start again */
  async restart(): Promise<void> {
    this.#panel?.goodbye('saving', 'wait for the light');
    await this.#undoAll();
    await this.start();
  }

  #erase(): void {
    const { config, cwd, clock, log } = this.#options;
    const keep = [controlPath(config.data, cwd), ...(config.file === undefined ? [] : [config.file])];
    eraseData({ folder: config.data, keep, nowMs: () => clock.nowMs(), log });
  }

  async #undoAll(): Promise<void> {
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
      checkCertificate(this.#certificate.files);
      this.#reloadCertificate();
      log.info({ level: config.log }, 'reloaded certificate and log level');
    } catch (error) {
      log.error({ reason: reasonOf(error) }, 'the new certificate is no good; the old one stays');
    }
  }

  get running(): Running {
    if (!this.#running) throw new BoxError('box-not-ready');
    return this.#running;
  }

  get panel(): PanelController {
    if (!this.#panel) throw new BoxError('box-not-ready');
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

  /** First of all, because it tells whether another box has the folder. Commands but `ping` are answered once the box is up. */
  async #startControl(): Promise<void> {
    const { config, cwd, log } = this.#options;
    const commands = new Map<string, Command>([['ping', () => ({ pid: process.pid })], ...commandsOf(this)]);
    const control = new ControlServer({ path: controlPath(config.data, cwd), dataFolder: config.data, commands, log });
    await control.start();
    this.#undo.push(() => control.stop());
  }

  async #startPanel(): Promise<PanelController> {
    const { config, log, clock, powerOff, resetRequested, onFrame } = this.#options;
    const { language, led, buttons } = config.panel;
    const environment = { clock, log };
    const found = await detectDisplay(displaySettings(config.panel), environment);
    this.#display = found.display;
    this.#buttons = await detectButtons(buttons, environment);
    const facts = new Facts({
      config,
      clock,
      addresses: this.addresses,
      certificate: this.#certificate,
      running: () => this.#running,
      lanName: () => this.#mdns?.name ?? '',
      onion: () => this.tor.onion,
      uptimeSeconds: () => this.uptimeSeconds,
    });
    const panel = new PanelController({
      display: this.#display,
      buttons: this.#buttons,
      led: led === '' ? absentLed() : sysfsLed({ folder: `/sys/class/leds/${led}`, log }),
      clock,
      log,
      language,
      oneButton: buttons.pair > 0 && buttons.page === 0 && buttons.power === 0,
      facts: () => facts.read(),
      urlFor: (code) => panelUrl(this.addresses.invitation(code) ?? ''),
      uriFor: (code) => this.#running?.host.invites.uri({ code }) ?? '',
      typeAt: () => this.addresses.webPlaces(),
      powerOff,
      factoryReset: resetRequested,
    });
    panel.onFrame(() => onFrame(panel.frame()));
    await panel.start();
    this.#panel = panel;
    this.#undo.push(() => panel.stop());
    return panel;
  }

  async #startWeb(server: XmppServer, pairing: Pairing, panel: PanelController, files: UploadFiles): Promise<void> {
    const { config, clock, log } = this.#options;
    const web = buildWeb({
      config,
      server,
      pairing,
      panel,
      ...this.#once,
      files,
      store: this.running.store,
      addresses: this.addresses,
      reachableAt: (domain) => this.#clientsReach(domain),
      fingerprint: () => this.#certificate.fingerprint(),
      onion: () => this.tor.onion,
      clock,
      log,
    });
    this.#undo.push(() => web.stop());
    await web.start();
    this.#undo.push(() => server.web.stop());
    this.#web = web;
  }

  /** Not waited for: the network may come later than the box, or never. */
  #startMdns(server: XmppServer): void {
    const { config, log } = this.#options;
    const { address, c2s, c2s_tls, http } = config.listen;
    if (isLoopback(address)) return;
    const ports = { c2s, c2sTls: c2s_tls, http };
    const domains = () => server.hosts.flatMap(({ server: { domain, fallbacks } }) => [domain, ...fallbacks]);
    const mdns = new Mdns({ domains, hostname: hostname(), ports, log });
    this.#mdns = mdns;
    this.#undo.push(() => mdns.stop());
    void mdns.start();
  }

  #startCare(server: XmppServer, files: UploadFiles): void {
    const { clock, log } = this.#options;
    const care = new Care({
      hosts: () => server.hosts,
      clock,
      log,
      renewCertificate: () => this.renewCertificate(),
      removeOldUploads: () => files.removeOld(),
    });
    care.start();
    this.#undo.push(() => care.stop());
  }

  /** A server, or an address of one, came or went. */
  async namesChanged(): Promise<void> {
    await this.renewCertificate();
    void this.#mdns?.again();
    this.#panel?.changed();
  }

  /** Those of its own, where a name came or went. */
  async renewCertificate(): Promise<void> {
    if (!this.#certificate.isOwn) return;
    await this.#certificate.prepare(this.running.store);
    this.#reloadCertificate();
  }

  #reloadCertificate(): void {
    this.running.server.reloadCertificate();
    this.calls.reloadCertificate();
  }

  #clientsReach(domain: string): string {
    return this.addresses.forClients(domain, (address) => this.#certificate.covers(address));
  }

  #domain(): string {
    return this.#running?.host.server.domain ?? this.#options.config.server.domain;
  }

  #logged(what: string): (error: unknown) => void {
    return (error) => this.#options.log.error({ err: error }, `${what} failed`);
  }
}
