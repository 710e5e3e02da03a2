import { encode } from 'uqr';
import type { Bitmap } from './canvas.ts';

/** Rows and columns of the lit box. */
export const QR_BOX = 64;
/** A phone sees single pixels of so small a glass too badly. */
const PIXELS_PER_MODULE = 2;
/** Version 3 has 29 modules: 58 pixels, and the widest quiet zone that is left of 64 is 3. */
const MAX_VERSION = 3;
const ALPHANUMERIC = /^[0-9A-Z $%*+./:-]+$/;

export class QrError extends Error {
  override name = 'QrError';
}

/**
 * A QR code of ISO/IEC 18004 as lit pixels of a 64x64 box: dark modules on light, in the smallest version that holds
 * `content` and with the strongest correction that this version has room for. Throws `QrError` where the content is not
 * alphanumeric or too long (77 characters), so that the caller can shorten it.
 */
export function qrBox(content: string): Bitmap {
  if (!ALPHANUMERIC.test(content))
    throw new QrError(`not in the alphanumeric set of QR codes: ${JSON.stringify(content)}`);
  return boxed(content);
}

/** The same for any content, 53 bytes of it at most: lower case takes twice the room. */
export function qrBoxOfText(content: string): Bitmap {
  return boxed(content);
}

function boxed(content: string): Bitmap {
  const { data, size } = modules(content);
  const quiet = Math.floor((QR_BOX - size * PIXELS_PER_MODULE) / 2);
  const module = (pixel: number) => Math.floor((pixel - quiet) / PIXELS_PER_MODULE);
  return { width: QR_BOX, height: QR_BOX, lit: (x, y) => !data[module(y)]?.[module(x)] };
}

function modules(content: string): { data: boolean[][]; size: number } {
  try {
    return encode(content, { ecc: 'L', boostEcc: true, border: 0, maxVersion: MAX_VERSION });
  } catch {
    throw new QrError(`too long for a QR code of version ${MAX_VERSION} (${content.length} characters)`);
  }
}
