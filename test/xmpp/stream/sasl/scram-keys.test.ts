import { describe, expect, it } from 'vitest';
import { checkProof, deriveKeys, serverSignature } from '../../../../xmpp/stream/sasl/scram-keys.ts';

/** The exchanges printed in RFC 5802 section 5 and RFC 7677 section 3. User `user`, password `pencil`. */
const vectors = [
  {
    hash: 'SHA-1' as const,
    salt: 'QSXCR+Q6sek8bf92',
    auth: [
      'n=user,r=fyko+d2lbbFgONRv9qkxdawL',
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j',
    ].join(','),
    proof: 'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    signature: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    hash: 'SHA-256' as const,
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    auth: [
      'n=user,r=rOprNGfwEbeRWgbNEkqO',
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    ].join(','),
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
];

describe.each(vectors)('the published exchange with $hash', ({ hash, salt, auth, proof, signature }) => {
  const keys = () => deriveKeys('pencil', hash, Buffer.from(salt, 'base64'), 4096);

  it('accepts the printed proof and makes the printed signature', async () => {
    const credential = await keys();
    expect(checkProof(credential, auth, Buffer.from(proof, 'base64'))).toBe(true);
    expect(serverSignature(credential, auth).toString('base64')).toBe(signature);
  });

  it('refuses a proof that differs, is cut short or too long', async () => {
    const credential = await keys();
    const right = Buffer.from(proof, 'base64');
    const wrong = Buffer.from(right);
    wrong[3] = (wrong[3] ?? 0) ^ 1;
    expect(checkProof(credential, auth, wrong)).toBe(false);
    expect(checkProof(credential, auth, right.subarray(1))).toBe(false);
    expect(checkProof(credential, auth, Buffer.concat([right, Buffer.from([0])]))).toBe(false);
    expect(checkProof(credential, `${auth},x=`, right)).toBe(false);
  });
});
