/** What the host says of itself: identities and features (XEP-0030). Filled from the extensions, read by extensions/disco.ts. */

/** 'server': the host's domain. 'account': a member's bare JID. */
export type DiscoTarget = 'server' | 'account';

export interface Identity {
  category: string;
  type: string;
  name?: string;
}

export interface DiscoItem {
  jid: string;
  node?: string;
  name?: string;
}

export class DiscoTable {
  readonly #features = { server: new Set<string>(), account: new Set<string>() };
  readonly #identities: Record<DiscoTarget, Identity[]> = { server: [], account: [] };

  addFeatures(target: DiscoTarget, features: Iterable<string>): void {
    for (const feature of features) this.#features[target].add(feature);
  }

  addIdentities(target: DiscoTarget, identities: Iterable<Identity>): void {
    this.#identities[target].push(...identities);
  }

  /** Sorted, as XEP-0115 hashes them. */
  features(target: DiscoTarget): string[] {
    return [...this.#features[target]].sort();
  }

  identities(target: DiscoTarget): readonly Identity[] {
    return this.#identities[target];
  }
}
