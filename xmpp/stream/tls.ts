/** The certificate and key that listeners show, read from PEM files and read anew without dropping a stream. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { domainToASCII } from 'node:url';
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

/** Paths of PEM files; the certificate's file holds its chain as well. */
export interface TlsFiles {
  certificate: string;
  key: string;
}

export class TlsKeys {
  readonly #files: TlsFiles;
  readonly #byDomain: Readonly<Record<string, TlsFiles>>;
  #identity: TlsIdentity | undefined;
  /** Of domains with files of their own, as their ASCII form has it. */
  #identities: ReadonlyMap<string, TlsIdentity> = new Map();

  /** @param byDomain for a domain and those below it, in place of `files` */
  constructor(files: TlsFiles, byDomain: Readonly<Record<string, TlsFiles>> = {}) {
    this.#files = files;
    this.#byDomain = byDomain;
  }

  /** Reads the files anew: new handshakes use them, streams that are up go on. @throws Error with one clear line; the old ones stay. */
  reload(): void {
    const own = readIdentity(this.#files);
    const others = Object.entries(this.#byDomain).map(
      ([domain, files]) => [domainToASCII(domain), readIdentity(files)] as const,
    );
    this.#identity = own;
    this.#identities = new Map(others);
  }

  /** What to show to a client that asks for this name (SNI, or the domain of its stream), or for none. */
  identityFor(name: string | undefined): TlsIdentity {
    const { identity } = this;
    let rest = name === undefined || this.#identities.size === 0 ? '' : domainToASCII(name);
    while (rest !== '') {
      const found = this.#identities.get(rest);
      if (found) return found;
      const dot = rest.indexOf('.');
      rest = dot === -1 ? '' : rest.slice(dot + 1);
    }
    return identity;
  }

  /** Reads the files on first use. @throws Error as `reload` does */
  get identity(): TlsIdentity {
    if (!this.#identity) this.reload();
    if (!this.#identity) throw new Error('no certificate');
    return this.#identity;
  }
}

function readIdentity({ certificate, key }: TlsFiles): TlsIdentity {
  try {
    return identityOf(readFileSync(certificate), readFileSync(key));
  } catch (error) {
    throw new Error(`cannot use the certificate ${certificate} with the key ${key}: ${(error as Error).message}`);
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
