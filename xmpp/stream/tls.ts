/** The certificate and key that listeners show, read from PEM files and read anew without dropping a stream. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { endPointHash } from './end-point-hash.ts';

/** What one handshake uses. A stream keeps the identity that it was opened with over a reload. */
export interface TlsIdentity {
  context: SecureContext;
  /** What it was made of: the certificate with its chain, and the key. */
  pem: { certificate: Buffer; key: Buffer };
  /** The data of the channel binding `tls-server-end-point` (RFC 5929 section 4.1). */
  endPointHash: Buffer;
  /** When the certificate stops being valid, in milliseconds since 1970. */
  expiresMs: number;
}

export class TlsKeys {
  readonly #files: { certificate: string; key: string };
  #identity: TlsIdentity | undefined;

  /** @param files paths of PEM files; the certificate's file holds its chain as well */
  constructor(files: { certificate: string; key: string }) {
    this.#files = files;
  }

  /** Reads the files anew: new handshakes use them, streams that are up go on. @throws Error with one clear line; the old ones stay. */
  reload(): void {
    const { certificate, key } = this.#files;
    try {
      this.#identity = identityOf(readFileSync(certificate), readFileSync(key));
    } catch (error) {
      throw new Error(`cannot use the certificate ${certificate} with the key ${key}: ${(error as Error).message}`);
    }
  }

  /** What to show to a client that asks for this name (SNI), or for none: there is one certificate for all. */
  identityFor(_servername: string | undefined): TlsIdentity {
    return this.identity;
  }

  /** Reads the files on first use. @throws Error as `reload` does */
  get identity(): TlsIdentity {
    if (!this.#identity) this.reload();
    if (!this.#identity) throw new Error('no certificate');
    return this.#identity;
  }
}

function identityOf(certificate: Buffer, key: Buffer): TlsIdentity {
  const leaf = new X509Certificate(certificate);
  return {
    pem: { certificate, key },
    // OpenSSL resumes no session of a peer that showed a certificate without a context of a name.
    context: createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2', sessionIdContext: 'casp3r' }),
    endPointHash: endPointHash(leaf.raw),
    expiresMs: Date.parse(leaf.validTo),
  };
}
