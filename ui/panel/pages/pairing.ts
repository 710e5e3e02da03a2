import type { Bitmap, Canvas } from '../canvas.ts';
import { text, wrapped } from '../font.ts';
import { type Area, centred } from '../layout.ts';
import { countdown } from '../numbers.ts';
import type { Page } from '../page.ts';
import { QR_BOX, QrError, qrBox, qrBoxOfText } from '../qr.ts';
import type { PairingView } from '../snapshot.ts';
import type { Words } from '../words.ts';

const LEFT: Area = { x: 0, width: QR_BOX - 4 };
const RIGHT: Area = { x: 66, width: 62 };
const ADDRESS_LINES = 2;

/** Scan on the left; on the right the same by hand: where to go, the code in two groups, and how long it holds. */
export const pairing: Page = (canvas, { pairing }, words) => {
  if (!pairing) return;
  const { url, typeAt } = pairing;
  draw(canvas, pairing, words, {
    qr: url === undefined ? undefined : () => qrBox(url),
    else: words.typeInstead,
    typeAt,
  });
};

/** The same for an app that scans by itself: its link, and the server to type. */
export const pairingApp: Page = (canvas, { pairing, domain }, words) => {
  if (!pairing) return;
  const { uri } = pairing;
  const qr = uri === undefined ? undefined : () => qrBoxOfText(uri);
  draw(canvas, pairing, words, { qr, else: words.typeInApp, typeAt: [domain] });
};

interface Way {
  qr: (() => Bitmap) | undefined;
  /** What stands in its place where there is none. */
  else: string;
  typeAt: readonly string[];
}

function draw(canvas: Canvas, { code, secondsLeft }: PairingView, words: Words, way: Way): void {
  if (!drawQr(canvas, way.qr)) {
    for (const [i, line] of wrapped(way.else, LEFT.width, 5).entries()) {
      centred(canvas, 12 + i * 10, line, { area: LEFT });
    }
  }
  const address = addressLines(way.typeAt);
  const top = address.length === 1 ? 4 : 0;
  for (const [i, line] of address.entries()) centred(canvas, top + i * 9, line, { area: RIGHT });

  const half = Math.ceil(code.length / 2);
  centred(canvas, 20, code.slice(0, half), { scale: 2, gap: 4, area: RIGHT });
  centred(canvas, 37, code.slice(half), { scale: 2, gap: 4, area: RIGHT });

  centred(canvas, 56, words.left(countdown(secondsLeft)), { area: RIGHT });
}

/** The first address that can be shown whole, else the first one cut. */
function addressLines(addresses: readonly string[]): string[] {
  const fits = addresses.find((address) => {
    const lines = wrapped(address, RIGHT.width, Number.POSITIVE_INFINITY);
    return (
      lines.length <= ADDRESS_LINES && lines.every((line) => text(line).width <= RIGHT.width && !line.includes('…'))
    );
  });
  return wrapped(fits ?? addresses[0] ?? '', RIGHT.width, ADDRESS_LINES);
}

/** False where there is nothing to scan, or no small QR code holds it: the code alone does as well. */
function drawQr(canvas: Canvas, qr: Way['qr']): boolean {
  if (!qr) return false;
  try {
    canvas.draw(0, 0, qr());
    return true;
  } catch (error) {
    if (!(error instanceof QrError)) throw error;
    return false;
  }
}
