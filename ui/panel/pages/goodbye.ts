import { text, wrapped } from '../font.ts';
import { centred, inset } from '../layout.ts';
import type { Page } from '../page.ts';
import { ghost, sleepingGhost } from '../sprites.ts';

/** The ghost sleeps only when the plug may be pulled. */
export const goodbye: Page = (canvas, { goodbye = 'saving' }, words) => {
  const safe = goodbye === 'safe';
  canvas.draw(53, 1, safe ? sleepingGhost : ghost);
  if (safe) {
    canvas.draw(78, 7, text('z'));
    canvas.draw(85, 1, text('Z'));
  }
  if (goodbye === 'wait for the light') {
    for (const [i, line] of wrapped(words.waitForTheLight, inset.width, 3).entries())
      centred(canvas, 34 + i * 10, line);
    return;
  }
  centred(canvas, 32, words.goodbye, { scale: 2 });
  centred(canvas, 54, { saving: words.saving, erasing: words.erasing, safe: words.safeToUnplug }[goodbye]);
};
