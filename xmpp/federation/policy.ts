/** Which servers the box talks to, and what it asks of them. The one place where that is asked, by domain. */
import type { FederationConfig, PeerRules } from '../config.ts';

export interface PeerPolicy extends PeerRules {
  /** Nothing goes to this domain and nothing comes from it where it is not. */
  allowed: boolean;
}

export interface FederationPolicy {
  /** @param domain prepared, as RFC 7622 says */
  of(domain: string): PeerPolicy;
  /** Whether stanzas may go that way between these domains: what the file says of theirs, and the rules of our server's owner. */
  allows(direction: 'in' | 'out', local: string, remote: string): boolean;
}

/** The rules of access control, by the server that has `local`: actions `federate-in` and `federate-out`. */
export type OwnerRules = (direction: 'in' | 'out', local: string, remote: string) => boolean;

/** The rules of casp3r.toml, and over them the owner's. */
export class ConfiguredPolicy implements FederationPolicy {
  readonly #config: FederationConfig;
  readonly #ownerAllows: OwnerRules;

  constructor(config: FederationConfig, ownerAllows: OwnerRules) {
    this.#config = config;
    this.#ownerAllows = ownerAllows;
  }

  allows(direction: 'in' | 'out', local: string, remote: string): boolean {
    return this.of(remote).allowed && this.#ownerAllows(direction, local, remote);
  }

  of(domain: string): PeerPolicy {
    const { mode, allow, deny, domains, requireCertificate, dialback, stanzasPerSecond } = this.#config;
    const own = mostSpecific(Object.keys(domains), domain);
    return {
      requireCertificate,
      dialback,
      stanzasPerSecond,
      ...(own === undefined ? {} : domains[own]),
      allowed:
        mostSpecific(deny, domain) === undefined && (mode === 'open' || mostSpecific(allow, domain) !== undefined),
    };
  }
}

/** The longest of these names that is the domain or stands above it. */
function mostSpecific(names: readonly string[], domain: string): string | undefined {
  return names
    .filter((name) => domain === name || domain.endsWith(`.${name}`))
    .reduce<string | undefined>(
      (best, name) => (best === undefined || name.length > best.length ? name : best),
      undefined,
    );
}
