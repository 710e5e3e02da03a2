/** The emulated glass, looked at as a person would. */
import jsqr from 'jsqr';
import { HEIGHT, WIDTH } from '../../../drivers/display/display.ts';
import type { SimulatedGlass } from '../../../drivers/display/simulated-glass.ts';

const SCALE = 4;
const BEZEL = 10;

/** Resolves as soon as the glass is as `wanted` says; a test that waits in vain ends by its own time limit. */
export function untilGlass(glass: SimulatedGlass, wanted: (frame: Uint8Array) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!wanted(glass.frame())) return;
      forget();
      resolve();
    };
    const forget = glass.onChange(look);
    look();
  });
}

/** The text of the QR code on the glass, as a phone's camera reads it. */
export function scan(frame: Uint8Array): string | undefined {
  const [width, height] = [(WIDTH + 2 * BEZEL) * SCALE, (HEIGHT + 2 * BEZEL) * SCALE];
  const picture = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const x = Math.floor((i % width) / SCALE) - BEZEL;
    const y = Math.floor(i / width / SCALE) - BEZEL;
    const onGlass = x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT;
    const lit = onGlass && (frame[(y >> 3) * WIDTH + x] ?? 0) & (1 << (y & 7));
    picture.fill(lit ? 235 : 12, i * 4, i * 4 + 3);
    picture[i * 4 + 3] = 255;
  }
  return jsqr.default(picture, width, height, { inversionAttempts: 'dontInvert' })?.data;
}

const LOOK_MS = 30;

/** Resolves with the text of the QR code as soon as one can be read. It looks now and then, not at each page that comes. */
export function untilScanned(glass: SimulatedGlass): Promise<string> {
  return new Promise((resolve) => {
    let due = false;
    const look = () => {
      due = false;
      const text = scan(glass.frame());
      if (text === undefined) return;
      forget();
      resolve(text);
    };
    const forget = glass.onChange(() => {
      if (!due) setTimeout(look, LOOK_MS);
      due = true;
    });
    look();
  });
}

export function isDark(frame: Uint8Array): boolean {
  return frame.every((byte) => byte === 0);
}
