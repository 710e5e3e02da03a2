/** Subjects of rules as one server knows them. */
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import { readSubject } from './subject.ts';

/**
 * The server's own people by its primary domain, whichever was typed.
 * @throws RangeError, in words for who typed it: also where there is no such circle
 */
export function subjectHere(host: Host, typed: string): string {
  const { text } = readSubject(typed);
  const colon = text.indexOf(':');
  const [kind, value] = [text.slice(0, colon), text.slice(colon + 1)];
  if (kind === 'circle' && !host.circles.find(value)) throw new RangeError(`there is no circle ${value}`);
  if (kind !== 'account' && kind !== 'domain') return text;
  return `${kind}:${host.roster.nameOf(Jid.parse(value))}`;
}
