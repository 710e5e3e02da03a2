/**
 * For which hashes the accounts of a host have keys, and how those that lack one gain it (XEP-0438, XEP-0480). What is offered
 * before login is the same for every name: docs/decisions/0006 says why.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Host } from '../extension.ts';
import { change } from '../store/changes.ts';
import type { Account, Credential } from '../store/model.ts';
import { deriveKeys } from '../stream/sasl/scram-keys.ts';
import { HASHES, ITERATIONS, prepareGiven, SALT_BYTES } from './password.ts';

type Hash = Credential['hash'];

/** Offered by every host from its first day. */
const ALWAYS: readonly Hash[] = ['SHA-1', 'SHA-256'];
/** What a client is asked for: none weaker than what it logs in with already. */
const UPGRADES: readonly Hash[] = ['SHA-512', 'SHA-256'];

export class PasswordHashes {
  readonly #host: Host;
  readonly #offered = new Set<Hash>(ALWAYS);

  constructor(host: Host) {
    this.#host = host;
  }

  /** From when on every account has it, and for ever: a client that has seen it takes its absence for an attack. */
  offers(hash: Hash): boolean {
    if (this.#offered.has(hash)) return true;
    const { store, log } = this.#host;
    const server = this.#host.server.id;
    const name = `offers ${hash}`;
    const before = store.secrets.get(server, name) !== undefined;
    if (!before && store.accounts.lacking(server, hash) > 0) return false;
    this.#offered.add(hash);
    if (!before) {
      store.journal.commit(change('secret set', { server, name, value: 'yes' })).catch((error: unknown) => {
        log.warn({ error: String(error) }, 'that a mechanism is offered could not be kept');
      });
    }
    return true;
  }

  /** Those that some account of the host lacks, the strongest first. */
  upgrades(): Hash[] {
    return UPGRADES.filter((hash) => this.#host.store.accounts.lacking(this.#host.server.id, hash) > 0);
  }

  lacks(account: Account, hash: Hash): boolean {
    return !this.#host.store.accounts.credentials(account.id).some((kept) => kept.hash === hash);
  }

  /** What the keys of a hash are to be made with. */
  newSalt(): { salt: Buffer; iterations: number } {
    return { salt: this.#host.random(SALT_BYTES), iterations: ITERATIONS };
  }

  /** Nothing where the account has it. Resolves once it is on disk. */
  async add(account: Account, credential: Credential): Promise<void> {
    await this.#host.clients.alone(account, () => this.#add(account, credential));
  }

  /** Fills in what the account lacks, now that its password is known. `proven`: the keys that the password was checked by. */
  async fillIn(account: Account, password: string, proven: Credential): Promise<void> {
    for (const hash of HASHES.filter((each) => this.lacks(account, each))) {
      const { salt, iterations } = this.newSalt();
      const credential = await deriveKeys(prepareGiven(password), hash, salt, iterations);
      await this.#host.clients.alone(account, async () => {
        if (this.#has(account, proven)) await this.#add(account, credential);
      });
    }
  }

  async #add(account: Account, credential: Credential): Promise<void> {
    if (!this.lacks(account, credential.hash)) return;
    await this.#host.store.journal.commit(change('credential added', { account: account.id, credential }));
  }

  /** The password may have been changed meanwhile. */
  #has(account: Account, { hash, storedKey }: Credential): boolean {
    const kept = this.#host.store.accounts.credentials(account.id).find((each) => each.hash === hash);
    return kept !== undefined && timingSafeEqual(kept.storedKey, storedKey);
  }
}
