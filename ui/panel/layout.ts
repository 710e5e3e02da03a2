import { type Canvas, WIDTH } from './canvas.ts';
import { shortened, type TextStyle, text } from './font.ts';

export interface Area {
  x: number;
  width: number;
}

const WHOLE: Area = { x: 0, width: WIDTH };
/** Within a dark column at each side, so that a picture that is shifted by one loses nothing (`shifted`). */
export const inset: Area = { x: 1, width: WIDTH - 2 };

interface Placed extends TextStyle {
  lit?: boolean;
  area?: Area;
}

export function centred(
  canvas: Canvas,
  y: number,
  line: string,
  { lit = true, area = WHOLE, ...style }: Placed = {},
): void {
  const bitmap = text(shortened(line, area.width, style), style);
  canvas.draw(area.x + Math.floor((area.width - bitmap.width) / 2), y, bitmap, lit);
}

export function fromLeft(
  canvas: Canvas,
  y: number,
  line: string,
  { lit = true, area = WHOLE, ...style }: Placed = {},
): void {
  canvas.draw(area.x, y, text(shortened(line, area.width, style), style), lit);
}

export function fromRight(
  canvas: Canvas,
  y: number,
  line: string,
  { lit = true, area = WHOLE, ...style }: Placed = {},
): void {
  const bitmap = text(shortened(line, area.width, style), style);
  canvas.draw(area.x + area.width - bitmap.width, y, bitmap, lit);
}

/** As `centred`, twice the size where the whole line fits so, else once. Always takes fourteen rows. */
export function centredLarge(
  canvas: Canvas,
  y: number,
  line: string,
  { lit = true, area = WHOLE }: { lit?: boolean; area?: Area } = {},
): void {
  if (text(line, { scale: 2 }).width <= area.width) centred(canvas, y, line, { scale: 2, lit, area });
  else centred(canvas, y + 4, line, { lit, area });
}

/** A thing at the left, how much of it at the right; what it is, is shortened first. */
export function row(canvas: Canvas, y: number, what: string, value: string): void {
  const room = inset.width - text(value).width - TITLE_GAP;
  fromLeft(canvas, y, what, { area: { x: inset.x, width: room } });
  fromRight(canvas, y, value, { area: inset });
}

const TITLE: Area = { x: 4, width: WIDTH - 8 };
const TITLE_GAP = 6;
const TITLE_HEIGHT = 12;

/** The bar on top: dark letters on a lit plate. Where there is not room for both sides, the longer one is shortened. */
export function title(canvas: Canvas, left: string, right = ''): void {
  canvas.plate(0, 0, WIDTH, TITLE_HEIGHT);
  const widths = [text(left).width, text(right).width] as const;
  const room = TITLE.width - Math.min(...widths) - (right === '' ? 0 : TITLE_GAP);
  const shorten = (side: string, width: number) => (width === Math.max(...widths) ? shortened(side, room) : side);
  fromLeft(canvas, 2, shorten(left, widths[0]), { lit: false, area: TITLE });
  fromRight(canvas, 2, shorten(right, widths[1]), { lit: false, area: TITLE });
}
