import font from 'oled-font-5x7';
import type { Bitmap } from './canvas.ts';

/** Rows of a letter from the top of its ascender to the line that it stands on; descenders reach two rows below. */
export const LETTER_HEIGHT = 7;
const DESCENT = 2;

const SPACE_COLUMNS = 2;
/**
 * Letters that the font lacks, and those that it squeezes onto the line: here they hang below it. Columns, the lowest
 * bit on top.
 */
const OWN_LETTERS: Record<string, number[]> = {
  g: [0x38, 0x144, 0x144, 0x144, 0xfc],
  j: [0x100, 0x100, 0xfd],
  p: [0x1fc, 0x44, 0x44, 0x44, 0x38],
  q: [0x38, 0x44, 0x44, 0x44, 0x1fc],
  r: [0x7c, 0x08, 0x04, 0x04],
  y: [0x3c, 0x140, 0x140, 0x140, 0xfc],
  '.': [0x60],
  '…': [0x40, 0x00, 0x40, 0x00, 0x40],
  '·': [0x08],
  '~': [0x08, 0x04, 0x08, 0x10, 0x08],
  ß: [0x7e, 0x01, 0x49, 0x4e, 0x30],
  ẞ: [0x7e, 0x01, 0x49, 0x4e, 0x30],
  '’': [0x05, 0x03],
};
/** For what cannot be drawn at all. */
const BOX = [0x7f, 0x41, 0x41, 0x41, 0x7f];

const letters = new Map<string, number[]>(
  font.lookup.map((letter, i) => [letter, trimmed(letter, font.fontData.slice(i * font.width, (i + 1) * font.width))]),
);
for (const [letter, columns] of Object.entries(OWN_LETTERS)) letters.set(letter, columns);

/** Letters are as wide as they are; digits all have one width, so that what counts does not dance. */
function trimmed(letter: string, columns: number[]): number[] {
  if (letter === ' ') return new Array<number>(SPACE_COLUMNS).fill(0);
  if (/\d/.test(letter)) return columns;
  const last = columns.findLastIndex((column) => column !== 0);
  return columns.slice(
    columns.findIndex((column) => column !== 0),
    last + 1,
  );
}

function columnsOf(letter: string): number[] {
  const plain = () => letters.get(letter.normalize('NFD').replace(/\p{M}/gu, ''));
  return letters.get(letter) ?? plain() ?? BOX;
}

/** Whether each letter has a shape of its own, or at least that of its base letter. */
export function drawable(text: string): boolean {
  return [...text.normalize('NFC')].every((letter) => columnsOf(letter) !== BOX);
}

export interface TextStyle {
  /** 1: seven pixels high. 2: fourteen, with diagonals smoothed. */
  scale?: 1 | 2;
  /** Dark columns between letters; one, or two at scale 2, where none is given. */
  gap?: number;
}

/** A line of text as pixels, without any margin at its sides. */
export function text(line: string, { scale = 1, gap = scale }: TextStyle = {}): Bitmap {
  const columns: number[] = [];
  for (const letter of line.normalize('NFC')) {
    if (columns.length > 0) columns.push(...new Array<number>(gap).fill(0));
    columns.push(...scaled(columnsOf(letter), scale));
  }
  return {
    width: columns.length,
    height: (LETTER_HEIGHT + DESCENT) * scale,
    lit: (x, y) => (((columns[x] ?? 0) >> y) & 1) === 1,
  };
}

/**
 * Twice the size by the Scale2x rule (Mazzoleni): a corner between two lit neighbours is filled, so that slopes have no
 * teeth.
 */
function scaled(columns: number[], scale: 1 | 2): number[] {
  if (scale === 1) return columns;
  const at = (x: number, y: number) => y >= 0 && (((columns[x] ?? 0) >> y) & 1) === 1;
  const result = new Array<number>(columns.length * 2).fill(0);
  for (let x = 0; x < columns.length; x++) {
    for (let y = 0; y < LETTER_HEIGHT + DESCENT; y++) {
      const [up, down, left, right] = [at(x, y - 1), at(x, y + 1), at(x - 1, y), at(x + 1, y)];
      const corner = (vertical: boolean, horizontal: boolean) =>
        up !== down && left !== right && vertical === horizontal ? vertical : at(x, y);
      const set = (column: number, row: number, lit: boolean) => {
        if (lit) result[column] = (result[column] ?? 0) | (1 << row);
      };
      set(2 * x, 2 * y, corner(up, left));
      set(2 * x + 1, 2 * y, corner(up, right));
      set(2 * x, 2 * y + 1, corner(down, left));
      set(2 * x + 1, 2 * y + 1, corner(down, right));
    }
  }
  return result;
}

/** The line itself where it fits into `width` pixels, else as much of it as fits with `…` at its end. */
export function shortened(line: string, width: number, style: TextStyle = {}): string {
  if (text(line, style).width <= width) return line;
  const letters = [...line];
  while (letters.length > 0 && text(`${letters.join('')}…`, style).width > width) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/**
 * Lines of at most `width` pixels, broken after spaces, and after `.`, `-`, before `:`, `@` where a word alone is too
 * long (addresses); what does not fit into `lines` of them is cut with `…`.
 */
export function wrapped(sentence: string, width: number, lines: number): string[] {
  const fits = (line: string) => text(line.trimEnd()).width <= width;
  const result: string[] = [];
  const put = (part: string) => {
    const last = result.at(-1);
    if (last !== undefined && fits(last + part)) result[result.length - 1] = last + part;
    else result.push(part);
  };
  for (const word of sentence.split(/(?<=\s)/)) {
    if (fits(word)) put(word);
    else for (const part of word.split(/(?<=[.-])|(?=[:@])/)) put(part);
  }
  const kept = result.slice(0, lines).map((line) => line.trim());
  const lastLine = kept.at(-1);
  if (lastLine !== undefined && result.length > lines) kept[kept.length - 1] = `${lastLine}…`;
  return kept.map((line) => shortened(line, width));
}
