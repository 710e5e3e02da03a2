/**
 * The bidi rule (RFC 5893 section 2). JavaScript has no Bidi_Class property, so classes are approximated: a letter, digit
 * or spacing mark of the blocks that Unicode sets apart for right-to-left scripts is R (R and AL are never told apart by
 * the rule), any other one is L; European and Arabic numbers and non-spacing marks are exact for what PRECIS lets through;
 * all else counts as neutral.
 */
type BidiClass = 'L' | 'R' | 'EN' | 'AN' | 'NSM' | 'neutral';

const RIGHT_TO_LEFT_BLOCK =
  /[\u{590}-\u{8FF}\u{FB1D}-\u{FDFF}\u{FE70}-\u{FEFF}\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const ARABIC_NUMBER =
  /^[\u{600}-\u{605}\u{660}-\u{669}\u{66B}\u{66C}\u{6DD}\u{890}\u{891}\u{8E2}\u{10D30}-\u{10D39}\u{10E60}-\u{10E7E}]$/u;
const EUROPEAN_NUMBER = /^[0-9\u{6F0}-\u{6F9}]$/u;
const STRONG = /^[\p{L}\p{N}\p{Mc}\u{5BE}\u{5C0}\u{5C3}\u{5C6}\u{5F3}\u{5F4}]$/u;

function bidiClass(character: string): BidiClass {
  if (/^[\p{Mn}\p{Me}]$/u.test(character)) return 'NSM';
  if (EUROPEAN_NUMBER.test(character)) return 'EN';
  if (ARABIC_NUMBER.test(character)) return 'AN';
  if (!STRONG.test(character)) return 'neutral';
  return RIGHT_TO_LEFT_BLOCK.test(character) ? 'R' : 'L';
}

/** Whether the rule is due at all: a string, or one label of a domain name, holds something right-to-left. */
export function hasRightToLeft(text: string): boolean {
  if (!RIGHT_TO_LEFT_BLOCK.test(text)) return false;
  return Array.from(text, bidiClass).some((found) => found === 'R' || found === 'AN');
}

/** True where the string satisfies all six conditions. */
export function satisfiesBidiRule(text: string): boolean {
  const classes = Array.from(text, bidiClass);
  const last = classes.findLast((found) => found !== 'NSM');
  const has = (wanted: BidiClass): boolean => classes.includes(wanted);
  if (classes[0] === 'R') {
    if (has('L') || (has('EN') && has('AN'))) return false;
    return last === 'R' || last === 'EN' || last === 'AN';
  }
  if (classes[0] !== 'L' || has('R') || has('AN')) return false;
  return last === 'L' || last === 'EN';
}
