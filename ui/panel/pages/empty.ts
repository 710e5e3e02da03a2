import { text } from '../font.ts';
import { centred, title } from '../layout.ts';
import type { Page } from '../page.ts';
import { nameOf } from '../snapshot.ts';
import { ghost } from '../sprites.ts';

const RIGHT = { x: 38, width: 90 };

/** Before the first account: the one thing to do is the largest thing on the glass. */
export const empty: Page = (canvas, snapshot, words) => {
  title(canvas, nameOf(snapshot));
  canvas.draw(8, 27, ghost);
  const [first, second] = words.nobodyYet;
  centred(canvas, 16, first, { area: RIGHT });
  centred(canvas, 26, second, { area: RIGHT });

  const key = text(words.pairButton, { scale: 2 });
  const press = text(words.press);
  const width = press.width + 6 + key.width + 8;
  const x = RIGHT.x + Math.floor((RIGHT.width - width) / 2);
  canvas.draw(x, 46, press);
  canvas.plate(x + press.width + 5, 40, key.width + 9, 19);
  canvas.draw(x + press.width + 10, 43, key, false);
};
