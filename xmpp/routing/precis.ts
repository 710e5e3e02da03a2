/**
 * The PRECIS profiles that XMPP uses: UsernameCaseMapped for localparts (RFC 8265 section 3.3) and OpaqueString for
 * resourceparts and passwords (section 4.2).
 */
import { hasRightToLeft, satisfiesBidiRule } from './bidi.ts';
import { firstOutside, type StringClass } from './precis-class.ts';

/** The string cannot be prepared; the message names the code point or the rule, never the string. */
export class PrecisError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PrecisError';
  }
}

/** Rules are not idempotent by nature: RFC 8264 section 7 repeats them until the result is stable, three more times at most. */
const EXTRA_ROUNDS = 3;

function stable(text: string, round: (text: string) => string): string {
  let previous = text;
  for (let rounds = 0; rounds <= EXTRA_ROUNDS; rounds += 1) {
    const next = round(previous);
    if (next === previous) return next;
    previous = next;
  }
  if (round(previous) !== previous) throw new PrecisError('has no stable form');
  return previous;
}

function mustBe(stringClass: StringClass, text: string): void {
  if (text === '') throw new PrecisError('is empty');
  const bad = firstOutside(stringClass, text);
  if (bad === undefined) return;
  const code = (bad.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  throw new PrecisError(`U+${code} is not allowed here`);
}

/**
 * Full width and half width forms to their decomposition mappings. Half width Hangul stays: its mapping (compatibility jamo)
 * is as disallowed as it is itself.
 */
function mapWidth(text: string): string {
  return text.replace(/[\uFF01-\uFF9F]/g, (character) => character.normalize('NFKC'));
}

/**
 * UsernameCaseMapped. What is allowed is looked at last (RFC 8264 section 7): what can be mapped is accepted (RFC 7622 section 4).
 * @throws PrecisError
 */
export function usernameCaseMapped(text: string): string {
  const username = /^[!-~]+$/.test(text)
    ? text.toLowerCase()
    : stable(text, (current) => mapWidth(current).toLowerCase().normalize('NFC'));
  if (/^[!-~]+$/.test(username)) return username;
  mustBe('IdentifierClass', username);
  if (hasRightToLeft(username) && !satisfiesBidiRule(username))
    throw new PrecisError('breaks the bidi rule of RFC 5893');
  return username;
}

/**
 * OpaqueString: any space becomes U+0020, then NFC; case is kept. Passwords go through it before they are hashed or compared.
 * @throws PrecisError
 */
export function opaqueString(text: string): string {
  if (/^[ -~]+$/.test(text)) return text;
  const opaque = stable(text, (current) => current.replace(/\p{Zs}/gu, ' ').normalize('NFC'));
  mustBe('FreeformClass', opaque);
  return opaque;
}
