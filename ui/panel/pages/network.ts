import { WIDTH } from '../canvas.ts';
import { LETTER_HEIGHT, wrapped } from '../font.ts';
import { centred, fromLeft, inset, row, title } from '../layout.ts';
import type { Page } from '../page.ts';

const LINE = 9;
const INDENT = 8;
const LAST_LINE = 55;

/** Where the box is found: what to type into a browser, its name and addresses, and whether the world reaches it. */
export const network: Page = (canvas, snapshot, words) => {
  title(canvas, words.network, snapshot.lanName);
  if (snapshot.addresses.length === 0) {
    centred(canvas, 33, words.noNetwork);
    return;
  }
  let y = 14;
  for (const line of wrapped(snapshot.webAddress, inset.width, 3)) {
    centred(canvas, y, line, { area: inset });
    y += LINE;
  }
  canvas.dots(1, y, WIDTH - 2);
  y += 3;
  for (const address of snapshot.addresses) {
    const lines = wrapped(address, inset.width - INDENT, 2);
    if (y + (lines.length - 1) * LINE + LETTER_HEIGHT > LAST_LINE) break;
    for (const [i, line] of lines.entries()) {
      const indent = i === 0 ? 0 : INDENT;
      fromLeft(canvas, y, line, { area: { x: inset.x + indent, width: inset.width - indent } });
      y += LINE;
    }
  }
  const { yes, no, unknown } = words.reachable;
  row(canvas, LAST_LINE, words.fromOutside, snapshot.reachable === undefined ? unknown : snapshot.reachable ? yes : no);
};
