/** Passwords on their way to salted keys; none is ever kept. */
import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../clock.ts';
import { opaqueString, PrecisError } from '../routing/precis.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Credential } from '../store/model.ts';
import { deriveKeys } from '../stream/sasl/scram-keys.ts';

export const ITERATIONS = 10_000;
export const SALT_BYTES = 16;
export const HASHES = ['SHA-1', 'SHA-256', 'SHA-512'] as const satisfies readonly Credential['hash'][];
const MIN_CHARACTERS = 8;
const MAX_CHARACTERS = 1023;

/**
 * The password as it is hashed (OpaqueString of RFC 8265 section 4.2).
 * @throws StanzaError not-acceptable, with a text for people
 */
export function preparePassword(password: string): string {
  const length = [...password.slice(0, 2 * MAX_CHARACTERS + 2)].length;
  if (length < MIN_CHARACTERS) throw notAcceptable(`The password needs at least ${MIN_CHARACTERS} characters.`);
  if (length > MAX_CHARACTERS) throw notAcceptable(`The password has more than ${MAX_CHARACTERS} characters.`);
  const prepared = tryPrepare(password);
  if (prepared === undefined)
    throw notAcceptable('The password holds a character that cannot be used, such as a control character.');
  return prepared;
}

/** Salted keys for each hash, derived side by side off the event loop. @param password prepared */
export function credentialsOf(password: string, random: Random): Promise<Credential[]> {
  return Promise.all(HASHES.map((hash) => deriveKeys(password, hash, random(SALT_BYTES), ITERATIONS)));
}

/** Takes the same work whatever the password is. */
export async function passwordMatches(password: string, credential: Credential): Promise<boolean> {
  const { hash, salt, iterations, storedKey } = credential;
  const derived = await deriveKeys(prepareGiven(password), hash, salt, iterations);
  return timingSafeEqual(derived.storedKey, storedKey);
}

/** A password that somebody gave at login, as it is hashed; one that no account can have stays as it is and fails. */
export function prepareGiven(password: string): string {
  return tryPrepare(password) ?? password;
}

function tryPrepare(password: string): string | undefined {
  try {
    return opaqueString(password);
  } catch (error) {
    if (error instanceof PrecisError) return undefined;
    throw error;
  }
}

const notAcceptable = (text: string) => new StanzaError('not-acceptable', { text });
