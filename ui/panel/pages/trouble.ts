import { wrapped } from '../font.ts';
import { centred, fromLeft, title } from '../layout.ts';
import type { Page } from '../page.ts';
import { warning } from '../sprites.ts';
import { wordsOf } from './home.ts';

const LINES = 5;
const RIGHT = { x: 18, width: 108 };

/** What is wrong and what to do, in words; only the first thing, and how many more there are. */
export const trouble: Page = (canvas, snapshot, words) => {
  const [first, ...others] = snapshot.trouble;
  title(canvas, words.trouble, others.length > 0 ? words.more(others.length) : '');
  if (!first) {
    centred(canvas, 33, words.noTrouble);
    return;
  }
  canvas.draw(2, 18, warning);
  wrapped(wordsOf(first, words).advice(first), RIGHT.width, LINES).forEach((line, i) => {
    fromLeft(canvas, 15 + i * 10, line, { area: RIGHT });
  });
};
