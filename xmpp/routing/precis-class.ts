/**
 * The string classes of PRECIS (RFC 8264 sections 4, 8 and 9), derived from JavaScript's own Unicode properties, so that a
 * newer Node knows newer scripts without any table here.
 */
import { inContext } from './precis-context.ts';

export type StringClass = 'IdentifierClass' | 'FreeformClass';

/** What RFC 8264 section 8 derives for a code point. `FREE` is valid in FreeformClass only. */
type Derived = 'PVALID' | 'FREE' | 'CONTEXT' | 'DISALLOWED' | 'UNASSIGNED';

/** Section 8, in its order: the first pattern that matches decides. ASCII stands first, as it meets no exception. */
const DERIVATION: readonly [RegExp, Derived][] = [
  [/^[!-~]$/, 'PVALID'],
  // Exceptions, section 9.6 (from RFC 5892 section 2.6).
  [/^[\u{DF}\u{3C2}\u{6FD}\u{6FE}\u{F0B}\u{3007}]$/u, 'PVALID'],
  [/^[\u{B7}\u{375}\u{5F3}\u{5F4}\u{30FB}\u{660}-\u{669}\u{6F0}-\u{6F9}]$/u, 'CONTEXT'],
  [/^[\u{640}\u{7FA}\u{302E}\u{302F}\u{3031}-\u{3035}\u{303B}]$/u, 'DISALLOWED'],
  [/^(?!\p{Noncharacter_Code_Point})\p{Cn}$/u, 'UNASSIGNED'],
  [/^\p{Join_Control}$/u, 'CONTEXT'],
  // OldHangulJamo: Hangul_Syllable_Type L, V and T.
  [/^[\u{1100}-\u{11FF}\u{A960}-\u{A97C}\u{D7B0}-\u{D7C6}\u{D7CB}-\u{D7FB}]$/u, 'DISALLOWED'],
  [/^[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cc}]$/u, 'DISALLOWED'],
];

const LETTER_DIGITS = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u;
/** OtherLetterDigits, Spaces, Symbols and Punctuation. */
const FREEFORM_ONLY = /^[\p{Lt}\p{Nl}\p{No}\p{Me}\p{Zs}\p{S}\p{P}]$/u;

function derive(character: string): Derived {
  for (const [pattern, derived] of DERIVATION) if (pattern.test(character)) return derived;
  if (character.normalize('NFKC') !== character) return 'FREE';
  if (LETTER_DIGITS.test(character)) return 'PVALID';
  return FREEFORM_ONLY.test(character) ? 'FREE' : 'DISALLOWED';
}

/** The first code point that the class does not allow where it stands, or undefined where all are allowed. */
export function firstOutside(stringClass: StringClass, text: string): string | undefined {
  const characters = Array.from(text);
  return characters.find((character, index) => {
    const derived = derive(character);
    if (derived === 'CONTEXT') return !inContext(characters, index);
    if (derived === 'FREE') return stringClass === 'IdentifierClass';
    return derived !== 'PVALID';
  });
}
