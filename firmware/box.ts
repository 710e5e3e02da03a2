/** The box: all its parts, put together. `start` reads top to bottom; `stop` undoes it from the bottom up. */

import { join } from 'node:path';
import type { Display } from '../drivers/display/display.ts';
import type { Clock, Random } from '../xmpp/clock.ts';
import type { Host } from '../xmpp/extension.ts';
import type { ListenerState } from '../xmpp/listeners.ts';
import type { XmppServer } from '../xmpp/server.ts';
import type { Store } from '../xmpp/store/store.ts';
import { buildServer } from './build-server.ts';
import { Care } from './care.ts';
import { checkCertificate } from './certificate-files.ts';
import { commandsOf } from './commands/commands.ts';
import type { Config } from './config.ts';
import { type Command, ControlServer, controlPath } from './control.ts';
import { openBoxStore, prepareFolder } from './data.ts';
import { BoxError, reasonOf } from './errors.ts';
import { eraseData, resetIsUnfinished } from './factory-reset.ts';
import { buildWeb } from './http/build-web.ts';
import { type OneTimePages, oneTimePages } from './http/one-time.ts';
import type { WebServer } from './http/web-server.ts';
import type { BoxLog } from './log.ts';
import { Network } from './network.ts';
import { Pairing } from './pairing.ts';
import { buildPanel, type Panel } from './panel/build-panel.ts';
import type { PanelController } from './panel/panel-controller.ts';
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
  readonly network: Network;
  readonly #once: OneTimePages;
  /** The relay for those that find no direct way. */
  readonly calls: Calls;
  readonly tor: Tor;
  #panel: Panel | undefined;
  #running: Running | undefined;
  #web: WebServer | undefined;
  /** Exceptions that nobody caught. */
  uncaught = 0;

  constructor(options: BoxOptions) {
    this.#options = options;
    const { config, clock, random, log } = options;
    this.#startedMs = clock.nowMs();
    const domain = () => this.#running?.host.server.domain ?? config.server.domain;
    this.network = new Network({ config, domain, clock, log });
    this.#once = oneTimePages(options, (what, token) => this.network.once(what, token));
    const federates = config.federation.enabled;
    this.tor = new Tor({ ...config.tor, federates, folder: join(config.data, 'tor'), clock, log });
    const { addresses, certificate } = this.network;
    const reachableAt = (domain: string) => this.network.reachableAt(domain);
    this.calls = new Calls({ config, addresses, tls: certificate.files, reachableAt, clock, random, log });
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
    await this.network.certificate.prepare(store);
    const files = await this.#startUploads(store);
    const server = await this.#startServer(store, files);
    server.onActivity(() => panel.changed());
    const host = firstOf(server.hosts);
    this.#undo.push(() => this.calls.stop());
    await this.calls.start(store, host);
    this.#undo.push(() => this.tor.stop());
    await this.tor.open(server);
    const pairing = this.#startPairing(host, panel);

    this.#running = { server, host, pairing, store };
    await this.#startWeb(panel, files);
    panel.ready(pairing);
    this.#announce(server);
    this.#startCare(server, files);
    log.info(
      { domain: host.server.domain, members: store.accounts.count(host.server.id), version: software.version },
      'ready',
    );
  }

  /** Nothing is lost: streams are told, the store is folded in, and only then does the panel say that one may unplug. */
  async stop(): Promise<void> {
    this.#panel?.controller.goodbye('saving', this.#options.unplug);
    await this.#undoAll();
  }

  /** Erases everything and starts anew, as a box of its first day. @throws BoxError where it cannot start again */
  async factoryReset(): Promise<void> {
    this.#options.log.warn({}, 'factory reset: erasing everything');
    this.#panel?.controller.goodbye('erasing', 'erasing');
    await this.#undoAll();
    this.#erase();
    await this.start();
  }

  /** Stops and starts in this process. @throws BoxError where it cannot start again */
  async restart(): Promise<void> {
    this.#panel?.controller.goodbye('saving', 'wait for the light');
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
      checkCertificate(this.network.certificate.files);
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
    return this.#panel.controller;
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
      display: this.#panel?.display.state().detail ?? 'not started',
      buttons: this.#panel?.buttons.state().detail ?? 'not started',
      network: this.network.announced,
    };
  }

  get displayKind(): Display['kind'] {
    return this.#panel?.display.kind ?? 'none';
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
    const { addresses, certificate } = this.network;
    const built = await buildPanel({
      config,
      clock,
      log,
      addresses,
      certificate,
      running: () => this.#running,
      lanName: () => this.network.lanName,
      onion: () => this.tor.onion,
      uptimeSeconds: () => this.uptimeSeconds,
      powerOff,
      factoryReset: resetRequested,
    });
    const panel = built.controller;
    panel.onFrame(() => onFrame(panel.frame()));
    await panel.start();
    this.#panel = built;
    this.#undo.push(() => panel.stop());
    return panel;
  }

  async #startUploads(store: Store): Promise<UploadFiles> {
    const { config, clock, log } = this.#options;
    const folder = join(config.data, 'uploads');
    const files = new UploadFiles({ folder, store, clock, days: config.upload.days, log });
    this.#undo.push(() => files.stop());
    await files.start();
    return files;
  }

  async #startServer(store: Store, files: UploadFiles): Promise<XmppServer> {
    const { config, clock, random, log, restartRequested, powerOff } = this.#options;
    const { network, calls, tor } = this;
    const power = { restart: restartRequested, shutDown: powerOff };
    const server = buildServer({ config, store, network, calls, tor, files, ...this.#once, power, clock, random, log });
    this.#undo.push(() => server.stop());
    await server.start().catch((error: unknown) => asStartError(error, config.listen));
    server.eachHost(({ hooks }) => hooks.on('account forgotten', () => files.sweepSoon()));
    return server;
  }

  #startPairing({ hooks, invites }: Host, panel: PanelController): Pairing {
    const { clock, log } = this.#options;
    const pairing = new Pairing({ invites, clock, log, onChange: () => panel.refresh() });
    this.#undo.push(() => pairing.stop());
    const failed = (error: unknown) => log.error({ err: error }, 'the pairing window failed');
    hooks.on('invite used', ({ code }) => void pairing.used(code).catch(failed));
    hooks.on('invite refused', () => pairing.wrongCode());
    hooks.on('account created', ({ account }) => panel.welcome(account.local, account.role === 'administrator'));
    return pairing;
  }

  async #startWeb(panel: PanelController, files: UploadFiles): Promise<void> {
    const { config, clock, log } = this.#options;
    const { server, pairing } = this.running;
    const web = buildWeb({
      config,
      server,
      pairing,
      panel,
      ...this.#once,
      files,
      network: this.network,
      onion: () => this.tor.onion,
      clock,
      log,
    });
    this.#undo.push(() => web.stop());
    await web.start();
    this.#undo.push(() => server.web.stop());
    this.#web = web;
  }

  #announce(server: XmppServer): void {
    this.#undo.push(() => this.network.stop());
    this.network.announce(() => server.hosts.flatMap(({ server: { domain, fallbacks } }) => [domain, ...fallbacks]));
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
    this.network.announceAgain();
    this.#panel?.controller.changed();
  }

  /** Its own, where a name came or went; an owner's is left alone. */
  async renewCertificate(): Promise<void> {
    const { certificate } = this.network;
    if (!certificate.isOwn) return;
    await certificate.prepare(this.running.store);
    this.#reloadCertificate();
  }

  #reloadCertificate(): void {
    this.running.server.reloadCertificate();
    this.calls.reloadCertificate();
  }
}
