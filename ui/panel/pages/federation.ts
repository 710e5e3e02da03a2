import { wrapped } from '../font.ts';
import { centred, inset, row, title } from '../layout.ts';
import { compact } from '../numbers.ts';
import type { Page } from '../page.ts';

/** Whom the box talks to in the world. */
export const federation: Page = (canvas, { federation, domain }, words) => {
  title(canvas, words.federation);
  const lines = wrapped(domain, inset.width, 3);
  for (const [i, line] of lines.entries())
    centred(canvas, (lines.length === 1 ? 21 : 14) + i * 9, line, { area: inset });
  row(canvas, 42, words.mode, words.modes[federation.mode]);
  row(canvas, 53, words.serversConnected, compact(federation.servers));
};
