import { centred } from '../layout.ts';
import type { Page } from '../page.ts';
import { ghost } from '../sprites.ts';

const RIGHT = { x: 40, width: 88 };

export const boot: Page = (canvas, snapshot, words) => {
  canvas.draw(12, 19, ghost);
  centred(canvas, 15, words.product, { scale: 2, area: RIGHT });
  centred(canvas, 35, words.version(snapshot.version), { area: RIGHT });
  centred(canvas, 46, words.starting, { area: RIGHT });
};
