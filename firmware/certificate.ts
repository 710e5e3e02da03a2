/** The certificate that the box makes for itself where its owner gave none. @peculiar/x509's one home. */
// tsyringe, under @peculiar/x509, asks for it when it is loaded.
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { type CertificateFiles, checkCertificate } from './certificate-files.ts';
import { BoxError, reasonOf } from './errors.ts';

export interface CertificateNames {
  /** Names that clients check: the domain first. One that is missing makes a new certificate. */
  domains: readonly string[];
  /**
   * Addresses of the moment. They go into a certificate that is made anyway, but a new one never makes one: it would have every
   * client ask its owner again each time the router hands out another address.
   */
  addresses: readonly string[];
}

const DAY_MS = 86_400_000;
/** Apple's systems refuse more than 825 days. */
const LIFETIME_MS = 800 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * Makes sure that `folder` holds a certificate for these names, and tells whether it made one. The key stays the same over
 * renewals, for clients that pin it. @throws BoxError data-unusable
 */
export async function ownCertificate(
  folder: string,
  names: CertificateNames,
  nowMs: number,
): Promise<CertificateFiles & { made: boolean }> {
  const files = ownFiles(folder);
  if (isGood(files, names, nowMs)) return { ...files, made: false };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const keys = await keysOf(files.key);
    writePrivate(files.certificate, await selfSigned(names, keys, nowMs));
    return { ...files, made: true };
  } catch (error) {
    throw new BoxError('data-unusable', { folder, reason: reasonOf(error) });
  }
}

/** Where the box's own certificate is, made or not. */
export function ownFiles(folder: string): CertificateFiles {
  return { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
}

function isGood(files: CertificateFiles, { domains }: CertificateNames, nowMs: number): boolean {
  try {
    checkCertificate(files);
    const shown = new X509Certificate(readFileSync(files.certificate));
    const covers = (name: string) => shown.checkHost(name, { subject: 'never', wildcards: false }) !== undefined;
    return domains.every(covers) && Date.parse(shown.validTo) - nowMs > RENEW_BEFORE_MS;
  } catch {
    return false;
  }
}

async function keysOf(file: string): Promise<webcrypto.CryptoKeyPair> {
  if (!existsSync(file)) {
    const made = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', made.privateKey));
    writePrivate(
      file,
      createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }),
    );
    return made;
  }
  const key = createPrivateKey(readFileSync(file));
  const take = (der: Buffer, format: 'pkcs8' | 'spki', usage: 'sign' | 'verify') =>
    webcrypto.subtle.importKey(format, der, ALGORITHM, true, [usage]);
  return {
    privateKey: await take(key.export({ format: 'der', type: 'pkcs8' }), 'pkcs8', 'sign'),
    publicKey: await take(createPublicKey(key).export({ format: 'der', type: 'spki' }), 'spki', 'verify'),
  };
}

async function selfSigned(
  { domains, addresses }: CertificateNames,
  keys: webcrypto.CryptoKeyPair,
  nowMs: number,
): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // Positive and unpredictable, as RFC 5280 section 4.1.2.2 asks.
      serialNumber: `01${randomBytes(15).toString('hex')}`,
      // A common name has 64 characters at most; what clients read is the SAN.
      name: [{ CN: [(domains[0] ?? 'casp3r').slice(0, 64)] }],
      // A box without a clock of its own may be ahead of the phones for a while.
      notBefore: new Date(nowMs - DAY_MS),
      notAfter: new Date(nowMs + LIFETIME_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension(
          [...domains, ...addresses].map((name) => ({ type: isIP(name) ? 'ip' : 'dns', value: name })),
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return `${certificate.toString('pem')}\n`;
}

/** Whole or not at all, so that a power cut leaves the old file. */
function writePrivate(file: string, text: string | Buffer): void {
  const draft = `${file}.new`;
  writeFileSync(draft, text, { mode: 0o600, flush: true });
  renameSync(draft, file);
}
