import { text, wrapped } from '../font.ts';
import { centred, centredLarge, fromRight, inset, row, title } from '../layout.ts';
import { compact, countdown, duration } from '../numbers.ts';
import type { Page } from '../page.ts';
import { nameOf, type PanelSnapshot, type Trouble } from '../snapshot.ts';
import { speechBubble } from '../sprites.ts';
import type { TroubleWords, Words } from '../words.ts';

const REASON_LINES = 2;

/** How it goes in one word, why in a few; who is in, how lively it is, how long it is up. */
export const home: Page = (canvas, snapshot, words) => {
  title(canvas, nameOf(snapshot), snapshot.time ?? '');
  const { word, reason } = statusOf(snapshot, words);
  centredLarge(canvas, 14, word, { area: inset });
  const lines = wrapped(reason, inset.width, REASON_LINES);
  for (const [i, line] of lines.entries())
    centred(canvas, (lines.length === 1 ? 33 : 29) + i * 8, line, { area: inset });

  const members = `${compact(snapshot.members)} ${words.members(snapshot.members)}`;
  row(canvas, 46, `${compact(snapshot.online)} ${words.online}`, members);
  canvas.draw(inset.x, 55, speechBubble);
  canvas.draw(inset.x + speechBubble.width + 3, 55, text(`${compact(snapshot.messagesToday)} ${words.today}`));
  fromRight(canvas, 55, `${words.up} ${duration(snapshot.uptimeSeconds, words)}`, { area: inset });
};

/** The most urgent thing; where all is well, the address to type is worth more than saying so. */
function statusOf({ trouble, pairing, webAddress, addresses }: PanelSnapshot, words: Words) {
  if (pairing) return { word: words.status.pairing, reason: words.pairingLeft(countdown(pairing.secondsLeft)) };
  const [first] = trouble;
  if (first) return { word: wordsOf(first, words).status, reason: wordsOf(first, words).reason(first) };
  return { word: words.status.ok, reason: addresses.length > 0 ? webAddress : words.noNetwork };
}

/** The words of one kind of trouble take any trouble of that kind, which the compiler cannot follow through the table. */
export function wordsOf<T extends Trouble>(trouble: T, words: Words): TroubleWords<T> {
  return words.troubles[trouble.kind] as TroubleWords<T>;
}
