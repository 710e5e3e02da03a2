import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { endPointHash } from '../../../xmpp/stream/end-point-hash.ts';

/** The outer shape of a certificate with this AlgorithmIdentifier, in hexadecimal DER, and a body long enough for long lengths. */
function certificate(algorithm: string): Buffer {
  const element = (tag: string, content: string) => {
    const length = content.length / 2;
    return `${tag}82${length.toString(16).padStart(4, '0')}${content}`;
  };
  const body = element('30', '0500'.repeat(200));
  const signature = `30${(algorithm.length / 2).toString(16).padStart(2, '0')}${algorithm}`;
  return Buffer.from(element('30', body + signature + element('03', '00'.repeat(72))), 'hex');
}

describe('the hash of the certificate is that of its signature (RFC 5929 section 4.1)', () => {
  it.each([
    ['sha256WithRSAEncryption', '06092a864886f70d01010b0500', 'sha256'],
    ['sha384WithRSAEncryption', '06092a864886f70d01010c0500', 'sha384'],
    ['sha512WithRSAEncryption', '06092a864886f70d01010d0500', 'sha512'],
    ['sha1WithRSAEncryption', '06092a864886f70d0101050500', 'sha256'],
    ['md5WithRSAEncryption', '06092a864886f70d0101040500', 'sha256'],
    ['ecdsa-with-SHA256', '06082a8648ce3d040302', 'sha256'],
    ['ecdsa-with-SHA384', '06082a8648ce3d040303', 'sha384'],
    ['ecdsa-with-SHA512', '06082a8648ce3d040304', 'sha512'],
    ['RSASSA-PSS with SHA-384', '06092a864886f70d01010a300fa00d300b0609608648016503040202', 'sha384'],
    ['Ed25519', '06032b6570', 'sha256'],
  ])('%s', (_name, algorithm, hash) => {
    const der = certificate(algorithm);
    expect(endPointHash(der)).toEqual(createHash(hash).update(der).digest());
  });
});
