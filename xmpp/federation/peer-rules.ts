/** What is asked of single servers: by casp3r.toml, and by what the owner said while the box runs. */
import type { FederationConfig, PeerRules } from '../config.ts';
import { typedDomain } from '../routing/typed-domain.ts';
import { change } from '../store/changes.ts';
import type { PeerRuleRow } from '../store/model.ts';
import type { Store } from '../store/store.ts';

export interface PeerRuleEntry {
  domain: string;
  rules: Partial<PeerRules>;
  /** Written in casp3r.toml, which has the last word. */
  fixed: boolean;
}

const KEYS = ['requireCertificate', 'dialback', 'stanzasPerSecond'] as const;

export class PeerRuleBook {
  readonly #config: FederationConfig;
  readonly #store: Pick<Store, 'peers' | 'journal'>;
  readonly #changed: () => void;
  #rows: readonly PeerRuleRow[] | undefined;

  /** @param changed told of each change, once it is on disk and holds */
  constructor(config: FederationConfig, store: Pick<Store, 'peers' | 'journal'>, changed: () => void) {
    this.#config = config;
    this.#store = store;
    this.#changed = changed;
  }

  /** Of every server that nothing else is said of. */
  get general(): PeerRules {
    const { requireCertificate, dialback, stanzasPerSecond } = this.#config;
    return { requireCertificate, dialback, stanzasPerSecond };
  }

  /** Ordered by domain, the file's after the owner's of the same domain. */
  get entries(): PeerRuleEntry[] {
    this.#rows ??= this.#store.peers.rules();
    const own = this.#rows.map(({ domain, ...rules }) => ({ domain, rules, fixed: false }));
    const fixed = Object.entries(this.#config.domains).map(([domain, rules]) => ({ domain, rules, fixed: true }));
    return [...own, ...fixed].sort((one, other) => one.domain.localeCompare(other.domain));
  }

  /** @param domain prepared. What is said of the longest name that is the domain or stands above it goes before all else. */
  of(domain: string): PeerRules {
    const named = this.entries.filter(({ domain: name }) => domain === name || domain.endsWith(`.${name}`));
    const levels = named.sort((one, other) => one.domain.length - other.domain.length).map(({ rules }) => rules);
    return Object.assign({}, this.general, ...levels);
  }

  /** Adds to what was said of the domain before. Resolves with all that holds of it. @throws RangeError in words for who typed it */
  async set(typed: string, rules: Partial<PeerRules>): Promise<PeerRuleEntry> {
    const domain = typedDomain(typed);
    const said = KEYS.filter((key) => rules[key] !== undefined);
    if (said.length === 0) throw new RangeError('nothing was said that should hold of it');
    const taken = said.find((key) => this.#config.domains[domain]?.[key] !== undefined);
    if (taken) throw new RangeError(`casp3r.toml says it already, under [federation.domains."${domain}"]`);
    const { rules: before } = this.#ownOf(domain) ?? { rules: {} };
    await this.#store.journal.commit(change('peer rules set', { domain, ...before, ...rules }));
    this.#reload();
    return { domain, rules: { ...before, ...rules }, fixed: false };
  }

  /** It is as every server again, or as the file says. @throws RangeError where nothing was said of it */
  async remove(typed: string): Promise<string> {
    const domain = typedDomain(typed);
    if (!this.#ownOf(domain))
      throw new RangeError(`nothing was set for ${domain}; what casp3r.toml says is removed there`);
    await this.#store.journal.commit(change('peer rules removed', { domain }));
    this.#reload();
    return domain;
  }

  #ownOf(domain: string): PeerRuleEntry | undefined {
    return this.entries.find((entry) => !entry.fixed && entry.domain === domain);
  }

  #reload(): void {
    this.#rows = undefined;
    this.#changed();
  }
}
