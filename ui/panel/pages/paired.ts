import { centred, centredLarge } from '../layout.ts';
import type { Page } from '../page.ts';
import { crown, ghost } from '../sprites.ts';

/** Someone moved in. */
export const paired: Page = (canvas, { paired }, words) => {
  if (!paired) return;
  canvas.draw(53, paired.administrator ? 6 : 2, ghost);
  if (paired.administrator) canvas.draw(59, 0, crown);
  centredLarge(canvas, 34, paired.name);
  centred(canvas, 55, paired.administrator ? words.isAdministrator : words.isMember);
};
