/** Which servers the box talks to, and what it asks of them. The one place where that is asked, by domain. */
import type { FederationConfig, PeerRules } from '../config.ts';

export interface PeerPolicy extends PeerRules {
  /** Nothing goes to this domain and nothing comes from it where it is not. */
  allowed: boolean;
}

export interface FederationPolicy {
  /** @param domain prepared, as RFC 7622 says */
  of(domain: string): PeerPolicy;
}

/** The rules of casp3r.toml. */
export class ConfiguredPolicy implements FederationPolicy {
  readonly #config: FederationConfig;

  constructor(config: FederationConfig) {
    this.#config = config;
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
