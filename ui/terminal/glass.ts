/**
 * The panel's pixels as letters of a terminal. A frame has 1024 bytes in page order: `page * 128 + x`, the lowest bit
 * on top.
 */
const WIDTH = 128;
const HEIGHT = 64;
const PAGE = 8;

function at(frame: Uint8Array, x: number, y: number): 0 | 1 {
  return (((frame[(y >> 3) * WIDTH + x] ?? 0) >> (y % PAGE)) & 1) === 1 ? 1 : 0;
}

const HALVES = [' ', '▀', '▄', '█'];

/** 32 lines of 128 letters, two pixels a letter: square pixels, a QR code on it can be scanned. */
export function halfBlocks(frame: Uint8Array): string[] {
  return Array.from({ length: HEIGHT / 2 }, (_, row) =>
    Array.from({ length: WIDTH }, (_, x) => HALVES[at(frame, x, 2 * row) | (at(frame, x, 2 * row + 1) << 1)]).join(''),
  );
}

const BRAILLE = 0x2800;
/** The bit of each dot in Unicode's braille patterns, row by row. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** 16 lines of 64 letters, eight pixels a letter. */
export function braille(frame: Uint8Array): string[] {
  return Array.from({ length: HEIGHT / 4 }, (_, row) =>
    Array.from({ length: WIDTH / 2 }, (_, column) => {
      let dots = 0;
      DOTS.forEach((pair, dy) => {
        pair.forEach((bit, dx) => {
          if (at(frame, 2 * column + dx, 4 * row + dy)) dots |= bit;
        });
      });
      return String.fromCharCode(BRAILLE + dots);
    }).join(''),
  );
}
