const CONTROL_PICTURES = 0x2400;
const DELETE = 0x7f;

/**
 * A line that is safe to print: whatever a terminal would take as a command, or that would turn the direction of
 * writing (text of a log comes from strangers), is shown as a sign or dropped.
 */
export function clean(line: string): string {
  return line
    .replaceAll('\t', '  ')
    .replace(/\p{Cc}/gu, controlPicture)
    .replace(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '');
}

/** The sign of a control character of ASCII (`␛`); those of ISO 8859 have none. */
function controlPicture(control: string): string {
  const code = control.charCodeAt(0);
  if (code === DELETE) return '␡';
  return code < 0x20 ? String.fromCharCode(CONTROL_PICTURES + code) : '';
}

/** The wide blocks of East Asian Width (UAX #11), and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that one letter takes: marks on another letter none, wide ones two. */
function columnsOf(letter: string): number {
  if (/\p{M}/u.test(letter)) return 0;
  return WIDE.test(letter) ? 2 : 1;
}

export function widthOf(line: string): number {
  return [...line].reduce((sum, letter) => sum + columnsOf(letter), 0);
}

/** At most `columns` columns of a clean line, with `…` at the end of one that was cut. */
export function clip(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let result = '';
  let left = columns - 1;
  for (const letter of line) {
    left -= columnsOf(letter);
    if (left < 0) break;
    result += letter;
  }
  return columns > 0 ? `${result}…` : '';
}
