/** Which messages an archive keeps (XEP-0313 section 6.1.1) and what its owner prefers (XEP-0441). */
import type { Host } from '../../extension.ts';
import { messageType } from '../../im/message.ts';
import { belongsToConversation } from '../../im/message-content.ts';
import type { Jid } from '../../routing/jid.ts';
import type { ArchivePreferences } from '../../store/archive-model.ts';
import type { Account } from '../../store/model.ts';
import type { Element } from '../../xml.ts';

export const DEFAULT_PREFERENCES: ArchivePreferences = { default: 'always', always: [], never: [] };

/** Section 6.1.1: what is said to a member; a room's messages are in the room's own archive. */
export function isWorthKeeping(stanza: Element): boolean {
  const type = messageType(stanza);
  return (type === 'normal' || type === 'chat') && belongsToConversation(stanza);
}

/** XEP-0441 section 2.3. Where a JID is in both lists, the stricter wins. */
export function isWanted(host: Host, account: Account, other: Jid): boolean {
  const { default: otherwise, always, never } = host.store.archive.preferences(account.id) ?? DEFAULT_PREFERENCES;
  const isListed = (list: readonly string[]) => list.includes(other.toString()) || list.includes(other.bare.toString());
  if (isListed(never)) return false;
  if (isListed(always) || otherwise === 'always') return true;
  return otherwise === 'roster' && host.roster.item(account, other.bare) !== undefined;
}
