import { type Bitmap, type Canvas, WIDTH } from '../canvas.ts';
import { text } from '../font.ts';
import { type Area, centred, centredLarge, title } from '../layout.ts';
import { compact, duration } from '../numbers.ts';
import type { Page } from '../page.ts';
import { nameOf } from '../snapshot.ts';
import { speechBubble } from '../sprites.ts';

const COLUMNS: readonly [Area, Area, Area] = [
  { x: 0, width: 38 },
  { x: 40, width: 42 },
  { x: 87, width: 41 },
];

/** The page at home: who is in, how many live here, how lively it is. */
export const status: Page = (canvas, snapshot, words) => {
  title(canvas, nameOf(snapshot), duration(snapshot.uptimeSeconds, words));
  column(canvas, COLUMNS[0], snapshot.online, words.online);
  column(canvas, COLUMNS[1], snapshot.members, words.members);
  column(canvas, COLUMNS[2], snapshot.messagesToday, words.today, speechBubble);
  canvas.dots(0, 47, WIDTH);
  centred(canvas, 53, snapshot.addresses.length > 0 ? snapshot.webAddress : words.noNetwork);
};

function column(canvas: Canvas, area: Area, count: number, label: string, sign?: Bitmap): void {
  centredLarge(canvas, 17, compact(count), { area });
  if (!sign) {
    centred(canvas, 35, label, { area });
    return;
  }
  const x = area.x + Math.floor((area.width - sign.width - 3 - text(label).width) / 2);
  canvas.draw(x, 35, sign);
  canvas.draw(x + sign.width + 3, 35, text(label));
}
