/** The keys of SCRAM (RFC 5802 section 3): what is stored of a password, and how a proof is checked against it. */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Credential } from '../../store/model.ts';

const pbkdf2Async = promisify(pbkdf2);

/** Bytes of each hash. */
export const HASH_BYTES = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-512': 64 } as const satisfies Record<
  Credential['hash'],
  number
>;

/** As node:crypto names it. */
export const nodeHashName = (hash: Credential['hash']) => hash.replace('-', '').toLowerCase();

/**
 * The salted keys of a password. The slow part runs off the event loop.
 * @param password prepared by the caller (OpaqueString of RFC 8265, `opaqueString` in routing/precis.ts)
 */
export async function deriveKeys(
  password: string,
  hash: Credential['hash'],
  salt: Uint8Array,
  iterations: number,
): Promise<Credential> {
  const salted = await pbkdf2Async(password, salt, iterations, HASH_BYTES[hash], nodeHashName(hash));
  return keysOf(salted, hash, salt, iterations);
}

/** The keys that follow from a salted password (SaltedPassword of RFC 5802 section 3). */
export function keysOf(salted: Uint8Array, hash: Credential['hash'], salt: Uint8Array, iterations: number): Credential {
  return {
    hash,
    salt,
    iterations,
    storedKey: hashOf(hash, hmac(hash, salted, 'Client Key')),
    serverKey: hmac(hash, salted, 'Server Key'),
  };
}

/** Whether the client's proof shows that it knows the password; takes the same time whatever is wrong with it. */
export function checkProof(credential: Credential, authMessage: string, proof: Uint8Array): boolean {
  const signature = hmac(credential.hash, credential.storedKey, authMessage);
  const rightLength = proof.length === signature.length;
  const clientKey = Buffer.from(signature);
  for (let i = 0; i < clientKey.length; i += 1) clientKey[i] = (signature[i] ?? 0) ^ (proof[i] ?? 0);
  return timingSafeEqual(hashOf(credential.hash, clientKey), credential.storedKey) && rightLength;
}

/** What proves to the client that the server knows its keys. */
export function serverSignature(credential: Credential, authMessage: string): Buffer {
  return hmac(credential.hash, credential.serverKey, authMessage);
}

function hmac(hash: Credential['hash'], key: Uint8Array, data: string): Buffer {
  return createHmac(nodeHashName(hash), key).update(data, 'utf8').digest();
}

function hashOf(hash: Credential['hash'], data: Uint8Array): Buffer {
  return createHash(nodeHashName(hash)).update(data).digest();
}
