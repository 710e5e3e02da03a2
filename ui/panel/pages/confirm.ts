import type { Canvas } from '../canvas.ts';
import { text, wrapped } from '../font.ts';
import { centred, inset, title } from '../layout.ts';
import { countdown } from '../numbers.ts';
import type { Page } from '../page.ts';

const LINES = 2;

/** What is about to happen, and how to say yes or no. Nothing happens by itself but a reset whose buttons are held to its end. */
export const confirm: Page = (canvas, { request }, words) => {
  if (!request) return;
  const { title: what, what: consequence } = words.requests[request.kind];
  title(canvas, what);
  const lines = wrapped(consequence, inset.width, LINES);
  for (const [i, line] of lines.entries()) centred(canvas, 15 + i * 10, line, { area: inset });
  if (request.kind === 'reset') {
    centred(canvas, 37, `${request.secondsLeft}`, { scale: 2 });
    centred(canvas, 54, words.letGo, { area: inset });
    return;
  }
  centred(canvas, 38, countdown(request.secondsLeft));
  key(canvas, 6, 'PAIR', words.yes);
  key(canvas, 70, 'PAGE', words.no);
};

/** A button with what it does now. */
function key(canvas: Canvas, x: number, label: string, does: string): void {
  const name = text(label);
  canvas.plate(x, 50, name.width + 8, 13);
  canvas.draw(x + 4, 53, name, false);
  canvas.draw(x + name.width + 12, 53, text(does));
}
