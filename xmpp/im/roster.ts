/** RFC 6121 section 2. (Contract; its builder fills it.) */
import type { Jid } from '../routing/jid.ts';
import type { Account, RosterItem } from '../store/model.ts';

export interface Roster {
  items(account: Account): RosterItem[];
  item(account: Account, contact: Jid): RosterItem | undefined;
  /** Whether the contact may see the account's presence (subscription from or both), or is the account itself. */
  sees(account: Account, contact: Jid): boolean;
}
