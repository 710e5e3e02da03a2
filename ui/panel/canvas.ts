export const WIDTH = 128;
export const HEIGHT = 64;
const BYTES = (WIDTH * HEIGHT) / 8;

/** Any small picture of pixels: a letter, a sign, a QR code. */
export interface Bitmap {
  width: number;
  height: number;
  lit(x: number, y: number): boolean;
}

/**
 * 128x64 pixels in page order: byte `page * 128 + x` holds eight rows, the lowest bit on top. What lies outside is
 * clipped.
 */
export class Canvas {
  readonly frame = new Uint8Array(BYTES);

  set(x: number, y: number, lit = true): void {
    if (x < 0 || x >= WIDTH || y < 0 || y >= HEIGHT) return;
    const at = (y >> 3) * WIDTH + x;
    const bit = 1 << (y & 7);
    const byte = this.frame[at] ?? 0;
    this.frame[at] = lit ? byte | bit : byte & ~bit;
  }

  get(x: number, y: number): boolean {
    return pixel(this.frame, x, y);
  }

  fill(x: number, y: number, width: number, height: number, lit = true): void {
    for (let row = y; row < y + height; row++)
      for (let column = x; column < x + width; column++) this.set(column, row, lit);
  }

  /** A lit field with its corners taken off: a key, a title. */
  plate(x: number, y: number, width: number, height: number): void {
    this.fill(x, y, width, height);
    for (const column of [x, x + width - 1]) for (const row of [y, y + height - 1]) this.set(column, row, false);
  }

  /** A row of single dots, every other pixel. */
  dots(x: number, y: number, width: number): void {
    for (let column = x; column < x + width; column += 2) this.set(column, y);
  }

  /** Sets the lit pixels of `bitmap` to `lit` and leaves what is under the others. */
  draw(x: number, y: number, bitmap: Bitmap, lit = true): void {
    for (let row = 0; row < bitmap.height; row++) {
      for (let column = 0; column < bitmap.width; column++) {
        if (bitmap.lit(column, row)) this.set(x + column, y + row, lit);
      }
    }
  }
}

export function pixel(frame: Uint8Array, x: number, y: number): boolean {
  if (x < 0 || x >= WIDTH || y < 0 || y >= HEIGHT) return false;
  return (((frame[(y >> 3) * WIDTH + x] ?? 0) >> (y & 7)) & 1) === 1;
}
