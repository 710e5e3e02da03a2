/**
 * Whether a certificate leads to an authority that is believed (RFC 5280 section 6, as far as servers need it; what it does not
 * know it refuses). OpenSSL does this for servers that we dial. Of one that dials us it would ask for the purpose "client", which
 * public authorities grant no more; servers prove who they are with the same certificate on either side. @peculiar/x509's home in
 * the engine.
 */
import 'reflect-metadata';
import type { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Anchors } from './anchors.ts';

const MAX_DEPTH = 6;
const MIN_RSA_BITS = 2048;
const PURPOSES = new Set(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2', '2.5.29.37.0']);
/** Basic constraints, key usage, its extension, alternative names, policies: what may be critical. */
const KNOWN_CRITICAL = new Set(['2.5.29.19', '2.5.29.15', '2.5.29.37', '2.5.29.17', '2.5.29.32']);
const NAME_CONSTRAINTS = '2.5.29.30';
const WEAK_HASHES = new Set(['SHA-1', 'MD5', 'MD2']);

/** @param chain the certificate first, then whatever the peer sent along. Says what is wrong; undefined where nothing is. */
export function problemOfChain(chain: readonly X509Certificate[], anchors: Anchors, nowMs: number): string | undefined {
  const [leaf, ...others] = chain;
  if (!leaf) return 'there is none';
  try {
    return problemOfOne(leaf, nowMs) ?? climb(leaf, others, 0, anchors, nowMs);
  } catch {
    // A stranger's bytes, in which anything may stand.
    return 'it cannot be read';
  }
}

/** @param below authorities between this certificate and the leaf */
function climb(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  below: number,
  anchors: Anchors,
  nowMs: number,
): string | undefined {
  const isAnchor = (one: X509Certificate) => one.fingerprint256 === certificate.fingerprint256;
  if (anchors.named(certificate.subject).some(isAnchor)) return undefined;
  const issues = (one: X509Certificate) => isIssuedBy(certificate, one);
  for (const anchor of anchors.named(certificate.issuer).filter(issues)) {
    if (problemOfAuthority(anchor, below, nowMs) === undefined) return undefined;
  }
  let problem = `nobody that is believed here signed it (${commonName(certificate.issuer)} did)`;
  if (below >= MAX_DEPTH) return problem;
  for (const authority of others.filter((one) => one !== certificate && issues(one))) {
    const rest = others.filter((one) => one !== authority);
    const wrong =
      problemOfOne(authority, nowMs) ??
      problemOfAuthority(authority, below, nowMs) ??
      climb(authority, rest, below + 1, anchors, nowMs);
    if (wrong === undefined) return undefined;
    problem = wrong;
  }
  return problem;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function problemOfOne(certificate: X509Certificate, nowMs: number): string | undefined {
  const dates = problemOfDates(certificate, nowMs);
  if (dates !== undefined) return dates;
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType?.startsWith('rsa') && (asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS)
    return 'its key is too short';
  // Node's name for the extended key usage.
  const purposes = certificate.keyUsage as string[] | undefined;
  if (purposes && !purposes.some((purpose) => PURPOSES.has(purpose))) return 'it is not meant for servers';
  const { extensions, signatureAlgorithm } = new x509.X509Certificate(certificate.raw);
  const { hash } = signatureAlgorithm as { hash?: { name: string } };
  if (hash && WEAK_HASHES.has(hash.name)) return `it is signed by way of ${hash.name}, which is broken`;
  const unknown = extensions.find(
    ({ type, critical }) => type === NAME_CONSTRAINTS || (critical && !KNOWN_CRITICAL.has(type)),
  );
  return unknown && `it holds conditions that are not understood here (${unknown.type})`;
}

function problemOfAuthority(authority: X509Certificate, below: number, nowMs: number): string | undefined {
  const dates = problemOfDates(authority, nowMs);
  if (dates !== undefined) return `an authority over it: ${dates}`;
  const parsed = new x509.X509Certificate(authority.raw);
  const constraints = parsed.getExtension(x509.BasicConstraintsExtension);
  const usages = parsed.getExtension(x509.KeyUsagesExtension);
  const { pathLength } = constraints ?? {};
  if (!authority.ca || !constraints?.ca) return 'it is signed by a certificate that may sign none';
  if (usages && (usages.usages & x509.KeyUsageFlags.keyCertSign) === 0)
    return 'it is signed by a certificate that may sign none';
  return pathLength !== undefined && below > pathLength ? 'there are more authorities over it than allowed' : undefined;
}

function problemOfDates({ validFrom, validTo }: X509Certificate, nowMs: number): string | undefined {
  const day = (text: string) => new Date(text).toISOString().slice(0, 10);
  if (!(nowMs <= Date.parse(validTo))) return `it expired on ${day(validTo)}`;
  return nowMs >= Date.parse(validFrom) ? undefined : `it is valid from ${day(validFrom)} on`;
}

/** Node writes a name in lines. */
const commonName = (name: string) => /^CN=(.+)$/m.exec(name)?.[1]?.slice(0, 100) ?? 'an unknown authority';
