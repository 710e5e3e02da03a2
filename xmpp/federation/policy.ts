/** Which servers the box talks to, and what it asks of them. The one place where that is asked, by domain. */
import type { FederationConfig, PeerRules } from '../config.ts';

export interface FederationPolicy {
  /** @param domain prepared, as RFC 7622 says */
  of(domain: string): PeerRules;
  /** Whether stanzas may go that way between these domains. */
  allows(direction: 'in' | 'out', local: string, remote: string): boolean;
}

/**
 * The rules of access control (access/rules), which know what casp3r.toml allows and denies, by the server that has `local`: actions
 * `federate-in` and `federate-out`.
 */
export type OwnerRules = (direction: 'in' | 'out', local: string, remote: string) => boolean;

/** What casp3r.toml asks of servers; who may at all is said by the owner's rules. */
export class ConfiguredPolicy implements FederationPolicy {
  readonly #config: FederationConfig;
  readonly allows: OwnerRules;

  constructor(config: FederationConfig, ownerAllows: OwnerRules) {
    this.#config = config;
    this.allows = ownerAllows;
  }

  of(domain: string): PeerRules {
    const { domains, requireCertificate, dialback, stanzasPerSecond } = this.#config;
    const own = mostSpecific(Object.keys(domains), domain);
    return { requireCertificate, dialback, stanzasPerSecond, ...(own === undefined ? {} : domains[own]) };
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
