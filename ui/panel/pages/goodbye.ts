import { text } from '../font.ts';
import { centred } from '../layout.ts';
import type { Page } from '../page.ts';
import { ghost, sleepingGhost } from '../sprites.ts';

/** The ghost sleeps only when the plug may be pulled. */
export const goodbye: Page = (canvas, snapshot, words) => {
  canvas.draw(53, 2, snapshot.safeToUnplug ? sleepingGhost : ghost);
  if (snapshot.safeToUnplug) {
    canvas.draw(78, 7, text('z'));
    canvas.draw(85, 0, text('Z'));
  }
  centred(canvas, 32, words.goodbye, { scale: 2 });
  centred(canvas, 54, snapshot.safeToUnplug ? words.safeToUnplug : words.saving);
};
