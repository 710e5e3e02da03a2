/** Which servers the box talks to, and what it asks of them. The one place where that is asked, by domain. */
import type { PeerRules } from '../config.ts';

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
