import { HEIGHT, WIDTH } from '../canvas.ts';
import { LETTER_HEIGHT, wrapped } from '../font.ts';
import { centred, fromLeft, title } from '../layout.ts';
import type { Page } from '../page.ts';

const LINE = 10;
const INDENT = 8;

/** Where the box is found: what to type into a browser on top, below it as many whole addresses as fit. */
export const network: Page = (canvas, snapshot, words) => {
  title(canvas, words.network, snapshot.domain);
  if (snapshot.addresses.length === 0) {
    centred(canvas, 33, words.noNetwork);
    return;
  }
  let y = 16;
  for (const line of wrapped(snapshot.webAddress, WIDTH, 3)) {
    centred(canvas, y, line);
    y += LINE;
  }
  canvas.dots(0, y + 1, WIDTH);
  y += 5;
  for (const address of snapshot.addresses) {
    const lines = wrapped(address, WIDTH - INDENT, 2);
    if (y + (lines.length - 1) * LINE + LETTER_HEIGHT > HEIGHT) break;
    for (const [i, line] of lines.entries()) {
      const x = i === 0 ? 0 : INDENT;
      fromLeft(canvas, y, line, { area: { x, width: WIDTH - x } });
      y += LINE;
    }
  }
};
