/**
 * Credentials of accounts that are not there: always the same for a name, on every box of a server and after every restart, so
 * that neither the salt nor the work tells which names are real. They come from a secret of the server that the store keeps.
 */
import { createHmac } from 'node:crypto';
import type { Host } from '../extension.ts';
import { change } from '../store/changes.ts';
import type { Credential } from '../store/model.ts';
import { ITERATIONS, SALT_BYTES } from './password.ts';

const SECRET_NAME = 'decoys';
const SECRET_BYTES = 32;
const KEY_BYTES = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-512': 64 } as const satisfies Record<Credential['hash'], number>;

export class Decoys {
  readonly #host: Host;
  #secret: string | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  of(local: string, hash: Credential['hash']): Credential {
    return {
      hash,
      salt: this.#bytes('salt', hash, local).subarray(0, SALT_BYTES),
      iterations: ITERATIONS,
      storedKey: this.#bytes('stored key', hash, local).subarray(0, KEY_BYTES[hash]),
      serverKey: this.#bytes('server key', hash, local).subarray(0, KEY_BYTES[hash]),
    };
  }

  #bytes(purpose: string, hash: Credential['hash'], local: string): Buffer {
    return createHmac('sha512', this.#key()).update(`${purpose}\0${hash}\0${local}`).digest();
  }

  #key(): string {
    const { store, random, log } = this.#host;
    const server = this.#host.server.id;
    this.#secret ??= store.secrets.get(server, SECRET_NAME);
    if (this.#secret) return this.#secret;
    const value = random(SECRET_BYTES).toString('base64');
    this.#secret = value;
    // A login must not wait for the disk, nor fail with it; until this is written, decoys hold as long as the process.
    store.journal.commit(change('secret set', { server, name: SECRET_NAME, value })).catch((error: unknown) => {
      log.warn({ error: String(error) }, 'the secret behind made-up credentials could not be kept');
    });
    return value;
  }
}
