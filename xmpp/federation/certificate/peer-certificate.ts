/** What a peer's certificate proves. */
import type { X509Certificate } from 'node:crypto';
import { namesDomain, namesIn } from './names.ts';

export class PeerCertificate {
  readonly #leaf: X509Certificate | undefined;
  readonly #problem: string | undefined;

  /** @param problem what is wrong with it, whomever it names */
  constructor(leaf: X509Certificate | undefined, problem?: string) {
    this.#leaf = leaf;
    this.#problem = problem;
  }

  /** Why it does not prove that the peer is this domain's server, in words; undefined where it does. */
  problemFor(domain: string): string | undefined {
    if (!this.#leaf) return 'it shows no certificate';
    if (this.#problem !== undefined) return `its certificate is no good: ${this.#problem}`;
    return namesDomain(this.#leaf, domain) ? undefined : `its certificate is for ${namesIn(this.#leaf)}`;
  }

  proves(domain: string): boolean {
    return this.problemFor(domain) === undefined;
  }
}
