import { encode } from 'fast-png';
import { HEIGHT, pixel, WIDTH } from './canvas.ts';

/** As on the glass: cool white light on black. */
const LIT = [0xd8, 0xf1, 0xff];
const DARK = [0x05, 0x08, 0x0c];

export interface PngOptions {
  /** Picture pixels for one of the panel. */
  scale?: number;
  /** A dark frame around, in pixels of the panel. */
  margin?: number;
}

/** A frame as a PNG file, each pixel a square (`panel show --png`, the documentation, the web page). */
export function png(frame: Uint8Array, { scale = 4, margin = 0 }: PngOptions = {}): Uint8Array {
  const width = (WIDTH + 2 * margin) * scale;
  const height = (HEIGHT + 2 * margin) * scale;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const lit = pixel(frame, Math.floor(x / scale) - margin, Math.floor(y / scale) - margin);
      data.set(lit ? LIT : DARK, (y * width + x) * 3);
    }
  }
  return encode({ width, height, data, channels: 3, depth: 8 });
}
