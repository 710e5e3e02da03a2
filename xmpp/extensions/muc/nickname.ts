/** Nicknames: what one may be (XEP-0045 section 17.1), and when two are too alike to be told apart. */
import { StanzaError } from '../../routing/stanza-error.ts';

/** Characters. Longer ones have been used to speak without voice (section 14.6). */
const MAX_LENGTH = 64;

/**
 * The nickname as the room writes it: white space around it, and more than one space within, would let one person look like
 * another. @throws StanzaError not-acceptable
 */
export function tidyNick(resource: string): string {
  const nick = resource.trim().replace(/\s+/gu, ' ');
  if (nick === '' || /^[\p{Z}\p{C}\p{M}]*$/u.test(nick))
    throw new StanzaError('not-acceptable', { text: 'A nickname needs something to be seen.' });
  if ([...nick].length > MAX_LENGTH)
    throw new StanzaError('not-acceptable', { text: `A nickname has ${MAX_LENGTH} characters at most.` });
  return nick;
}

/** The same for nicknames that would be taken for one another: section 7.2.8 leaves it to the service. */
export const nickKey = (nick: string) => nick.normalize('NFKC').toLowerCase();
