/** The channel binding `tls-server-end-point`: a hash of the server's certificate (RFC 5929 section 4.1). */
import { createHash } from 'node:crypto';

/** Last arcs of the signature algorithms that hash with SHA-384 and SHA-512, in DER (RFC 4055 section 5, RFC 5758 section 3.2). */
const RSA = '2a864886f70d0101';
const RSA_PSS = `${RSA}0a`;
const ECDSA = '2a8648ce3d0403';
const HASHES: Record<string, string> = {
  [`${RSA}0c`]: 'sha384',
  [`${RSA}0d`]: 'sha512',
  [`${ECDSA}03`]: 'sha384',
  [`${ECDSA}04`]: 'sha512',
};
/** The hash functions themselves, as the parameters of RSASSA-PSS name them: 2.16.840.1.101.3.4.2.2 and .3. */
const PSS_HASHES = { '608648016503040202': 'sha384', '608648016503040203': 'sha512' };

/**
 * The certificate's hash by the hash function of its own signature; by SHA-256 where that is MD5 or SHA-1, and where the
 * signature names none of its own, as Ed25519 does.
 */
export function endPointHash(der: Buffer): Buffer {
  return createHash(signatureHash(der)).update(der).digest();
}

/** Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, … }, … } */
function signatureHash(der: Buffer): string {
  const certificate = valueAt(der, 0);
  const algorithm = valueAt(der, valueAt(der, certificate.start).end);
  const oid = valueAt(der, algorithm.start);
  const name = der.toString('hex', oid.start, oid.end);
  if (name !== RSA_PSS) return HASHES[name] ?? 'sha256';
  const parameters = der.toString('hex', oid.end, algorithm.end);
  return Object.entries(PSS_HASHES).find(([hashOid]) => parameters.includes(hashOid))?.[1] ?? 'sha256';
}

/** Where the value of the DER element at `offset` starts and ends. */
function valueAt(der: Buffer, offset: number): { start: number; end: number } {
  const first = der.readUInt8(offset + 1);
  if (first < 0x80) return { start: offset + 2, end: offset + 2 + first };
  const lengthBytes = first & 0x7f;
  const start = offset + 2 + lengthBytes;
  return { start, end: start + der.readUIntBE(offset + 2, lengthBytes) };
}
