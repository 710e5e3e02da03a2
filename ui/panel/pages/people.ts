import { WIDTH } from '../canvas.ts';
import { wrapped } from '../font.ts';
import { centred, inset, row, title } from '../layout.ts';
import { compact } from '../numbers.ts';
import type { Page } from '../page.ts';

const NAME_LINES = 2;

/** Who is online by name, as far as there is room; how many live here, and who may still come. */
export const people: Page = (canvas, snapshot, words) => {
  title(canvas, words.people, `${compact(snapshot.online)} ${words.online}`);
  const names = snapshot.onlineNames.join(', ');
  const lines = wrapped(names === '' ? words.nobodyOnline : names, inset.width, NAME_LINES);
  for (const [i, line] of lines.entries())
    centred(canvas, (lines.length === 1 ? 21 : 16) + i * 10, line, { area: inset });
  canvas.dots(1, 38, WIDTH - 2);
  row(canvas, 43, words.allMembers, compact(snapshot.members));
  row(canvas, 54, words.invitations, compact(snapshot.invitations));
};
