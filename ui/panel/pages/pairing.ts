import type { Canvas } from '../canvas.ts';
import { text, wrapped } from '../font.ts';
import { type Area, centred } from '../layout.ts';
import { countdown } from '../numbers.ts';
import type { Page } from '../page.ts';
import { QR_BOX, QrError, qrBox } from '../qr.ts';

const LEFT: Area = { x: 0, width: QR_BOX - 4 };
const RIGHT: Area = { x: 66, width: 62 };
const ADDRESS_LINES = 2;

/** Scan on the left; on the right the same by hand: where to go, the code in two groups, and how long it holds. */
export const pairing: Page = (canvas, { pairing }, words) => {
  if (!pairing) return;
  if (!drawQr(canvas, pairing.url)) {
    for (const [i, line] of wrapped(words.typeInstead, LEFT.width, 5).entries()) {
      centred(canvas, 12 + i * 10, line, { area: LEFT });
    }
  }
  const address = addressLines(pairing.typeAt);
  const top = address.length === 1 ? 4 : 0;
  for (const [i, line] of address.entries()) centred(canvas, top + i * 9, line, { area: RIGHT });

  const half = Math.ceil(pairing.code.length / 2);
  centred(canvas, 20, pairing.code.slice(0, half), { scale: 2, gap: 4, area: RIGHT });
  centred(canvas, 37, pairing.code.slice(half), { scale: 2, gap: 4, area: RIGHT });

  centred(canvas, 56, words.left(countdown(pairing.secondsLeft)), { area: RIGHT });
};

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

/** False where there is no address, or one that no small QR code holds: the code alone does as well. */
function drawQr(canvas: Canvas, url: string | undefined): boolean {
  if (url === undefined) return false;
  try {
    canvas.draw(0, 0, qrBox(url));
    return true;
  } catch (error) {
    if (!(error instanceof QrError)) throw error;
    return false;
  }
}
