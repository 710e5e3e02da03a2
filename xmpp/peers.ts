/** Other servers as the hosts of the box see them: which of them may, which links a host has, whether one still answers. */
import type { Clock, Random, Timer } from './clock.ts';
import type { ServerConfig } from './config.ts';
import { Federation, type FederationOptions } from './federation/federation.ts';
import { PeerRuleBook } from './federation/peer-rules.ts';
import type { PeerLink } from './federation/status.ts';
import type { XmppHost } from './host.ts';
import type { Hosts } from './hosts.ts';
import type { Log } from './log.ts';
import { StanzaError } from './routing/stanza-error.ts';
import type { Store } from './store/store.ts';
import type { TlsKeys } from './stream/tls.ts';
import { xml } from './xml.ts';

export interface PeersOptions {
  config: ServerConfig;
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  keys: TlsKeys;
  hosts: Hosts;
  /** Whether a component has this domain. */
  isBeside: (domain: string) => boolean;
  /** routing/inbound.ts */
  receive: FederationOptions['receive'];
  /** A link came or went, or would not come. */
  changed: () => void;
}

/** From a change of the rules until links to other servers are looked at again. */
const REVIEW_MS = 500;
const PING_MS = 60_000;
/** What a server says that knows no pings, and this one does not say in its name. */
const OF_OTHERS: ReadonlySet<string> = new Set(['service-unavailable', 'feature-not-implemented', 'forbidden']);

export class Peers {
  readonly federation: Federation;
  /** What is asked of single other servers. */
  readonly rules: PeerRuleBook;
  readonly #hosts: Hosts;
  readonly #clock: Clock;
  #review: Timer | undefined;

  /** @throws Error where the file of authorities is no good */
  constructor(options: PeersOptions) {
    const { config, store, clock, random, log, keys, hosts, isBeside, receive, changed } = options;
    this.#hosts = hosts;
    this.#clock = clock;
    this.rules = new PeerRuleBook(config.federation, store, () => this.federation.review());
    this.federation = new Federation({
      config,
      clock,
      random,
      log,
      keys,
      peerRules: this.rules,
      ping: (local, remote) => this.#ping(local, remote),
      isServed: (domain) => hosts.isOwn(domain) || isBeside(domain),
      ownerAllows: (direction, local, remote) => {
        const host = hosts.behind(local) ?? hosts.first;
        return host?.access.allows({ action: `federate-${direction}`, who: { domain: remote } }) ?? false;
      },
      receive,
      changed: () => {
        for (const host of hosts.all) host.hooks.run('links changed', {});
        changed();
      },
    });
  }

  /** Links follow what this host's owner says of other servers. */
  watch({ hooks }: XmppHost): void {
    hooks.on('access changed', () => this.#reviewSoon());
  }

  linksOf(host: XmppHost): PeerLink[] {
    const isAt = (local: string) => this.#hosts.behind(local) === host;
    return this.federation
      .states()
      .flatMap(({ domain, local, direction }) => (direction && isAt(local) ? [{ domain, direction }] : []));
  }

  async stop(): Promise<void> {
    this.#review?.cancel();
    await this.federation.stop();
  }

  /** Many changes come at once. */
  #reviewSoon(): void {
    this.#review ??= this.#clock.after(REVIEW_MS, () => {
      this.#review = undefined;
      this.federation.review();
    });
  }

  /** Whether another server answers; an error of its own is an answer as well. Undefined where no host has that domain of ours. */
  async #ping(from: string, to: string): Promise<boolean | undefined> {
    const host = this.#hosts.behind(from);
    const ping = xml('iq', { type: 'get', from, to }, xml('ping', { xmlns: 'urn:xmpp:ping' }));
    return host?.query(ping, PING_MS).then(
      () => true,
      (error: unknown) => error instanceof StanzaError && OF_OTHERS.has(error.condition),
    );
  }
}
