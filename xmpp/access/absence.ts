/** What somebody outside is told of a message that reaches nobody (docs/decisions/0005). */
import type { Host } from '../extension.ts';
import { isTakenForAbsent } from '../im/message.ts';
import type { Jid } from '../routing/jid.ts';
import type { Element } from '../xml.ts';

/** The same of a name that nobody has as of a member who may not hear them: nobody learns which is which. */
export function isTakenInSilence(host: Host, stanza: Element, from: Jid, to: Jid): boolean {
  return isTakenForAbsent(stanza, to) && host.access.ofStranger('message-in', host.knownAs(from)) !== 'deny';
}
