import { wrapped } from '../font.ts';
import { centred, centredLarge, inset, title } from '../layout.ts';
import type { Page } from '../page.ts';

/** A new version waits. */
export const update: Page = (canvas, { version, update }, words) => {
  title(canvas, words.update, words.version(version));
  if (update === undefined) return;
  centredLarge(canvas, 15, update, { area: inset });
  centred(canvas, 32, words.updateWaits);
  for (const [i, line] of wrapped(words.updateHow, inset.width, 2).entries()) {
    centred(canvas, 44 + i * 9, line, { area: inset });
  }
};
