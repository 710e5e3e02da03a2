/** Codes of invitations: eight characters for people to type, or long tokens for links. */
import type { Random } from '../clock.ts';

/** No 0 and O, 1, I and L; of 2 Z, 5 S, 8 B and U V only one each: nothing that a tired eye takes for another. 27 characters. */
const ALPHABET = '23456789ACDEFGHJKMNPQRTVWXY';
const TYPED_LENGTH = 8;
const TOKEN_BYTES = 16;

/** Without bias: bytes beyond the last whole multiple of the alphabet are thrown away. */
export function typedCode(random: Random): string {
  const limit = 256 - (256 % ALPHABET.length);
  let code = '';
  while (code.length < TYPED_LENGTH) {
    for (const byte of random(TYPED_LENGTH)) {
      if (byte < limit && code.length < TYPED_LENGTH) code += ALPHABET[byte % ALPHABET.length];
    }
  }
  return code;
}

/** 128 bits; upper case, so that it reads the same after a scanner's or a person's change of case. */
export function longToken(random: Random): string {
  return random(TOKEN_BYTES).toString('hex').toUpperCase();
}

/** What a person typed, as it is stored: case, spaces and hyphens do not matter. */
export function normaliseCode(text: string): string {
  return text.replace(/[\s\u2010-\u2015-]/g, '').toUpperCase();
}
