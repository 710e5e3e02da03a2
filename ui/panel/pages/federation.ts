import { WIDTH } from '../canvas.ts';
import { wrapped } from '../font.ts';
import { centred, inset, row, title } from '../layout.ts';
import { compact } from '../numbers.ts';
import type { Page } from '../page.ts';

const NAME_LINES = 2;

/** Whom the box talks to in the world, as far as there is room, and whom it does not reach. */
export const federation: Page = (canvas, { federation }, words) => {
  const { mode, servers, names, unreached } = federation;
  title(canvas, words.federation, words.modes[mode]);
  const lines = wrapped(names.length === 0 ? words.noServers : names.join(', '), inset.width, NAME_LINES);
  for (const [i, line] of lines.entries())
    centred(canvas, (lines.length === 1 ? 21 : 16) + i * 10, line, { area: inset });
  canvas.dots(1, 38, WIDTH - 2);
  row(canvas, 43, words.serversConnected, compact(servers));
  row(canvas, 54, words.serversUnreached, compact(unreached));
};
