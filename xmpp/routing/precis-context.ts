/**
 * The contextual rules for code points that are allowed in some places only (RFC 5892 appendix A).
 *
 * JavaScript gives neither combining classes nor joining types. Virama (combining class 9) is found by how NFD orders
 * marks. Joining types are known here for the Arabic block alone, which Arabic, Persian and Urdu are written in: a zero
 * width non-joiner between letters of another cursive script, without a virama, is turned away.
 */

const MARK = /^\p{Mn}$/u;
const GREEK = /^\p{Script=Greek}$/u;
const HEBREW = /^\p{Script=Hebrew}$/u;
const JAPANESE_OR_HAN = /^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]$/u;
const ARABIC_INDIC_DIGIT = /^[\u0660-\u0669]$/;
const EXTENDED_ARABIC_INDIC_DIGIT = /^[\u06F0-\u06F9]$/;

const ARABIC_LETTER = /^(?=\p{Script=Arabic})[\u0620-\u063F\u0641-\u06FF]$/u;
const ARABIC_NON_JOINING = /^[\u0621\u0674\u06D5\u06DD\u06E5\u06E6]$/;
/** Joining_Type R: joined to the letter before, never to the one after. */
const ARABIC_RIGHT_JOINING =
  /^[\u0622-\u0625\u0627\u0629\u062F-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06C0\u06C3-\u06CB\u06CD\u06CF\u06D2\u06D3\u06D5\u06EE\u06EF]$/;

/** Combining class 9: NFD moves a mark of class 8 before it, and leaves it before one of class 10. */
function isVirama(character: string | undefined): boolean {
  if (character === undefined || !/^\p{M}$/u.test(character)) return false;
  const class8 = '\u3099';
  const class10 = '\u05B0';
  return (
    (character + class8).normalize('NFD').startsWith(class8) && (class10 + character).normalize('NFD').endsWith(class10)
  );
}

function joinsBackward(character: string | undefined): boolean {
  if (character === undefined || !ARABIC_LETTER.test(character) || !/^\p{L}$/u.test(character)) return false;
  return ARABIC_RIGHT_JOINING.test(character) || !ARABIC_NON_JOINING.test(character);
}

function joinsForward(character: string | undefined): boolean {
  return joinsBackward(character) && !ARABIC_RIGHT_JOINING.test(character ?? '');
}

/** Appendix A.1: after a virama, or where it keeps two letters apart that would join. */
function nonJoinerFits(characters: readonly string[], index: number): boolean {
  if (isVirama(characters[index - 1])) return true;
  const before = characters.slice(0, index).findLast((character) => !MARK.test(character));
  const after = characters.slice(index + 1).find((character) => !MARK.test(character));
  return joinsForward(before) && joinsBackward(after);
}

/** Whether a code point of CONTEXTJ or CONTEXTO may stand at this place of the string. */
export function inContext(characters: readonly string[], index: number): boolean {
  const before = characters[index - 1] ?? '';
  const after = characters[index + 1] ?? '';
  const character = characters[index] ?? '';
  switch (character) {
    case '\u200C': // zero width non-joiner
      return nonJoinerFits(characters, index);
    case '\u200D': // zero width joiner
      return isVirama(before);
    case '\u00B7': // middle dot, as in Catalan
      return before === 'l' && after === 'l';
    case '\u0375': // Greek keraia
      return GREEK.test(after);
    case '\u05F3': // Hebrew geresh
    case '\u05F4': // Hebrew gershayim
      return HEBREW.test(before);
    case '\u30FB': // Katakana middle dot
      return characters.some((other) => other !== '\u30FB' && JAPANESE_OR_HAN.test(other));
    default:
      if (ARABIC_INDIC_DIGIT.test(character))
        return !characters.some((other) => EXTENDED_ARABIC_INDIC_DIGIT.test(other));
      return !characters.some((other) => ARABIC_INDIC_DIGIT.test(other));
  }
}
