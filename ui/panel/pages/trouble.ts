import { WIDTH } from '../canvas.ts';
import { wrapped } from '../font.ts';
import { fromLeft, title } from '../layout.ts';
import type { Page } from '../page.ts';
import { warning } from '../sprites.ts';

const LINES = 5;

/** What is wrong and what to do, in words; only the first thing, and how many more there are. */
export const trouble: Page = (canvas, snapshot, words) => {
  const [first = '', ...others] = snapshot.trouble;
  title(canvas, words.trouble, others.length > 0 ? words.more(others.length) : '');
  canvas.draw(1, 18, warning);
  wrapped(first, WIDTH - 18, LINES).forEach((line, i) => {
    fromLeft(canvas, 16 + i * 10, line, { area: { x: 18, width: WIDTH - 18 } });
  });
};
