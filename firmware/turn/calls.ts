/** What the box does for calls that find no direct way: STUN and TURN by coturn, offered to members over XEP-0215. */
import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Clock, Random } from '../../xmpp/clock.ts';
import type { ExternalService, ExternalServices, ServiceCredentials } from '../../xmpp/config.ts';
import type { Log } from '../../xmpp/log.ts';
import { change } from '../../xmpp/store/changes.ts';
import type { ServerRow } from '../../xmpp/store/model.ts';
import type { Store } from '../../xmpp/store/store.ts';
import type { Addresses } from '../addresses.ts';
import type { CertificateFiles } from '../certificate-files.ts';
import { findProgram } from '../child.ts';
import type { Config } from '../config.ts';
import { isLoopback } from '../reachability.ts';
import type { TurnFacts } from './configuration.ts';
import { turnCredentials } from './credentials.ts';
import { publicAddress } from './public-address.ts';
import { TurnServer } from './turn-server.ts';

const SECRET_NAME = 'turn';
const SECRET_BYTES = 32;

export interface CallsOptions {
  config: Pick<Config, 'calls' | 'listen' | 'data' | 'dns'>;
  tls: CertificateFiles;
  addresses: Pick<Addresses, 'lan'>;
  /** The name or address at which clients of this domain reach the box. */
  reachableAt: (domain: string) => string;
  clock: Clock;
  random: Random;
  log: Log;
}

/** `off`: by configuration. `missing`: coturn is not installed. */
export interface CallsState {
  name: 'off' | 'missing' | 'starting' | 'running' | 'failed';
  detail: string;
}

export class Calls implements ExternalServices {
  readonly #options: CallsOptions;
  readonly #program: string | undefined;
  readonly #listeners: (() => void)[] = [];
  #secret = '';
  /** What DNS said last. */
  #seen: string | undefined;
  #server: TurnServer | undefined;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#program = options.config.calls.enabled ? findProgram('turnserver', process.env.PATH ?? '') : undefined;
  }

  get offered(): boolean {
    return this.#program !== undefined;
  }

  get state(): CallsState {
    if (!this.#options.config.calls.enabled) return { name: 'off', detail: 'switched off' };
    if (!this.#program) return { name: 'missing', detail: 'coturn is not installed' };
    return this.#server?.state ?? { name: 'starting', detail: 'starting' };
  }

  list(domain: string): ExternalService[] {
    if (this.state.name !== 'running') return [];
    const { config, reachableAt } = this.#options;
    const { port, tls_port } = config.calls;
    const host = reachableAt(domain);
    return [
      { type: 'stun', host, port, transport: 'udp', restricted: false },
      { type: 'turn', host, port, transport: 'udp', restricted: true },
      { type: 'turn', host, port, transport: 'tcp', restricted: true },
      ...(tls_port === 0
        ? []
        : [{ type: 'turns', host, port: tls_port, transport: 'tcp', restricted: true } satisfies ExternalService]),
    ];
  }

  credentials(account: string): ServiceCredentials {
    return turnCredentials(this.#secret, account, this.#options.clock.nowMs());
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Never rejects: a box without calls is a box. */
  async start(store: Pick<Store, 'secrets' | 'journal'>, host: { readonly server: ServerRow }): Promise<void> {
    const { config, clock, log } = this.#options;
    if (!this.#program) return;
    this.#secret = await this.#secretFrom(store, host.server.id);
    this.#server = new TurnServer({
      program: this.#program,
      folder: this.#folder(),
      facts: () => this.#facts(host.server.domain),
      clock,
      log,
      changed: () => {
        for (const listener of this.#listeners) listener();
      },
    });
    if (config.calls.enabled) this.#server.start();
  }

  async stop(): Promise<void> {
    this.#listeners.length = 0;
    await this.#server?.stop();
  }

  reloadCertificate(): void {
    this.#server?.reloadCertificate();
  }

  #folder(): string {
    return join(this.#options.config.data, 'turn');
  }

  /** The same over restarts, so that a call goes on that is under way. */
  async #secretFrom(store: Pick<Store, 'secrets' | 'journal'>, server: string): Promise<string> {
    const { random, log } = this.#options;
    const known = store.secrets.get(server, SECRET_NAME);
    if (known !== undefined) return known;
    const value = random(SECRET_BYTES).toString('hex');
    await store.journal.commit(change('secret set', { server, name: SECRET_NAME, value })).catch((error: unknown) => {
      log.warn({ error: String(error) }, 'the secret of the relay could not be kept');
    });
    return value;
  }

  async #facts(domain: string): Promise<TurnFacts> {
    const { config, tls, addresses } = this.#options;
    const { port, tls_port, relay_ports, allow_lan } = config.calls;
    const { address } = config.listen;
    const everywhere = address === '::' || address === '0.0.0.0';
    const { v4, v6 } = addresses.lan();
    return {
      address: everywhere ? undefined : address,
      port,
      tlsPort: tls_port,
      relayPorts: relay_ports,
      external: await this.#external(domain, v4, v6),
      // On a box that only its own machine reaches, that machine is all the network there is.
      allow: { lan: allow_lan, loopback: allow_lan && isLoopback(address) },
      ownAddresses: [...v4, ...v6],
      realm: domain,
      secret: this.#secret,
      tls,
      folder: this.#folder(),
    };
  }

  /** The address of today, for a router gets another one now and then. While DNS is silent it is the one of yesterday. */
  async #external(domain: string, v4: string[], v6: string[]): Promise<TurnFacts['external']> {
    const { listen, calls, dns } = this.#options.config;
    if (isLoopback(listen.address)) return undefined;
    if (calls.external_ip === '') {
      const resolver = new Resolver({ timeout: 3_000, tries: 2 });
      if (dns.servers.length > 0) resolver.setServers(dns.servers);
      const resolve = (name: string) => resolver.resolve4(name);
      this.#seen = await publicAddress(domain, v4, resolve).catch(() => this.#seen);
    }
    const outside = calls.external_ip || this.#seen;
    const [inside] = outside !== undefined && isIPv6(outside) ? v6 : v4;
    return outside === undefined || inside === undefined || outside === inside ? undefined : { outside, inside };
  }
}
