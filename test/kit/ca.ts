/** A certificate authority of a test's own, for servers that are to believe each other and nobody else. */
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

export const { Extension } = x509;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export interface Wanted {
  /** dNSNames; a subjectAltName of another kind by `extensions`. */
  domains: readonly string[];
  /** Days from now; -10 to 90 where they are not given. */
  fromDays?: number;
  toDays?: number;
  /** What public authorities grant servers now; `both` as they did, `none` leaves it out. */
  purpose?: 'server' | 'both' | 'mail' | 'none';
  /** May sign others itself, so many levels deep. */
  authority?: { pathLength?: number };
  /** It may not sign, though it does: for chains that are to be refused. */
  extensions?: x509.Extension[];
}

export interface Issued {
  /** The certificate with what is over it but the root. */
  certificate: string;
  key: string;
}

export class Authority {
  /** PEM. */
  readonly root: string;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #chain: string;

  private constructor(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair, root: string, chain: string) {
    this.#certificate = certificate;
    this.#keys = keys;
    this.root = root;
    this.#chain = chain;
  }

  static async create(name = 'A test authority'): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned(
      {
        name: [{ CN: [name] }],
        ...dates(-10, 3650),
        signingAlgorithm: ALGORITHM,
        keys,
        extensions: [
          new x509.BasicConstraintsExtension(true, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        ],
      },
      webcrypto,
    );
    return new Authority(certificate, keys, pem(certificate), '');
  }

  async issue(wanted: Wanted): Promise<Issued> {
    const { keys, certificate } = await this.#sign(wanted);
    return { certificate: pem(certificate) + this.#chain, key: pemOf(keys.privateKey) };
  }

  /** An authority under this one. */
  async issueAuthority(name: string, wanted: Partial<Wanted> = {}): Promise<Authority> {
    const { keys, certificate } = await this.#sign({ domains: [name], purpose: 'none', authority: {}, ...wanted });
    return new Authority(certificate, keys, this.root, pem(certificate) + this.#chain);
  }

  /** Somebody who has a certificate for this domain and signs with it, as no one may. */
  async issuePretender(domain: string): Promise<Authority> {
    const { keys, certificate } = await this.#sign({ domains: [domain] });
    return new Authority(certificate, keys, this.root, pem(certificate) + this.#chain);
  }

  /** Its names are otherNames alone: of this type, with a string of this ASN.1 tag. */
  async issueNamed(name: string, otherNames: readonly { oid: string; tag: number; text: string }[]): Promise<Issued> {
    const der = (tag: number, ...parts: Uint8Array[]) => {
      const content = Buffer.concat(parts);
      return Buffer.concat([
        content.length < 128 ? Buffer.from([tag, content.length]) : Buffer.from([tag, 0x81, content.length]),
        content,
      ]);
    };
    const names = otherNames.map(({ oid, tag, text }) =>
      der(0xa0, oidBytes(oid), der(0xa0, der(tag, Buffer.from(text)))),
    );
    const alternative = new x509.Extension('2.5.29.17', false, new Uint8Array(der(0x30, ...names)));
    const { keys, certificate } = await this.#sign(
      { domains: [], extensions: names.length > 0 ? [alternative] : [] },
      name,
    );
    return { certificate: pem(certificate) + this.#chain, key: pemOf(keys.privateKey) };
  }

  async #sign(
    { domains, fromDays = -10, toDays = 90, purpose = 'server', authority, extensions = [] }: Wanted,
    name = domains[0] ?? 'nobody',
  ) {
    const keys = await newKeys();
    const { serverAuth, clientAuth, emailProtection } = x509.ExtendedKeyUsage;
    const purposes = { server: [serverAuth], both: [serverAuth, clientAuth], mail: [emailProtection], none: [] }[
      purpose
    ];
    const certificate = await x509.X509CertificateGenerator.create(
      {
        subject: [{ CN: [name] }],
        issuer: this.#certificate.subject,
        ...dates(fromDays, toDays),
        signingAlgorithm: ALGORITHM,
        publicKey: keys.publicKey,
        signingKey: this.#keys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(authority !== undefined, authority?.pathLength, true),
          new x509.KeyUsagesExtension(
            authority ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature,
            true,
          ),
          ...(purposes.length > 0 ? [new x509.ExtendedKeyUsageExtension(purposes)] : []),
          ...(authority || domains.length === 0
            ? []
            : [new x509.SubjectAlternativeNameExtension(domains.map((value) => ({ type: 'dns', value })))]),
          ...extensions,
        ],
      },
      webcrypto,
    );
    return { keys, certificate };
  }
}

/** Files in a folder of their own. */
export class CertificateFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'casp3r-ca-'));

  write(name: string, text: string): string {
    const file = join(this.path, name);
    writeFileSync(file, text);
    return file;
  }

  writeIssued(name: string, { certificate, key }: Issued): { certificate: string; key: string } {
    return { certificate: this.write(`${name}.pem`, certificate), key: this.write(`${name}.key`, key) };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Arcs below 16384, the first two of them in one byte. */
function oidBytes(oid: string): Buffer {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => (arc < 128 ? [arc] : [0x80 | (arc >> 7), arc & 0x7f]));
  return Buffer.from([0x06, arcs.length, ...arcs]);
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
const pem = (certificate: x509.X509Certificate) => `${certificate.toString('pem')}\n`;
const pemOf = (key: webcrypto.CryptoKey) => KeyObject.from(key).export({ format: 'pem', type: 'pkcs8' }).toString();

function dates(fromDays: number, toDays: number) {
  const nowMs = Date.now();
  return { notBefore: new Date(nowMs + fromDays * DAY_MS), notAfter: new Date(nowMs + toDays * DAY_MS) };
}
