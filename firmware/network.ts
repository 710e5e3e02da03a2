/** Where the box is reached: its addresses, the certificate that names them, and what the home network is told. */
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../xmpp/clock.ts';
import type { Log } from '../xmpp/log.ts';
import { Addresses } from './addresses.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import type { Config } from './config.ts';
import { Mdns } from './mdns.ts';
import { isLoopback } from './reachability.ts';

export interface NetworkOptions {
  config: Config;
  /** The primary domain of the first server. */
  domain: () => string;
  clock: Clock;
  log: Log;
}

export class Network {
  readonly #options: NetworkOptions;
  readonly addresses: Addresses;
  readonly certificate: CertificateKeeper;
  #mdns: Mdns | undefined;

  constructor(options: NetworkOptions) {
    const { config, domain, clock, log } = options;
    this.#options = options;
    this.addresses = new Addresses(config.listen, domain, networkInterfaces);
    this.certificate = new CertificateKeeper({
      given: config.tls,
      components: Object.keys(config.components),
      folder: join(config.data, 'tls'),
      lan: () => this.addresses.lan(),
      clock,
      log,
    });
  }

  /** The name or address at which clients of this domain reach the box. */
  reachableAt(domain: string): string {
    return this.addresses.forClients(domain, (address) => this.certificate.covers(address));
  }

  /** What the addresses of files that clients of this domain upload begin with; undefined where no listener serves them. */
  uploads(domain: string): string | undefined {
    return this.#options.config.upload.url || this.addresses.uploads(this.reachableAt(domain));
  }

  /** Of a page that works once; undefined where nothing is served encrypted. */
  once(what: 'export' | 'import', token: string): string | undefined {
    return this.addresses.once(this.reachableAt(this.#options.domain()), what, token);
  }

  /** Tells the home network. Not waited for: the network may come later than the box, or never. */
  announce(domains: () => readonly string[]): void {
    const { address, c2s, c2s_tls, http } = this.#options.config.listen;
    if (isLoopback(address)) return;
    const ports = { c2s, c2sTls: c2s_tls, http };
    this.#mdns = new Mdns({ domains, hostname: hostname(), ports, log: this.#options.log });
    void this.#mdns.start();
  }

  /** A domain came or went. */
  announceAgain(): void {
    void this.#mdns?.again();
  }

  /** What the home network finds this machine by; '' where it does not. */
  get lanName(): string {
    return this.#mdns?.name ?? '';
  }

  /** How the announcing goes, one line for a person. */
  get announced(): string {
    return this.#mdns?.state.detail ?? 'not announced';
  }

  /** Says goodbye to the home network. */
  async stop(): Promise<void> {
    await this.#mdns?.stop();
  }
}
