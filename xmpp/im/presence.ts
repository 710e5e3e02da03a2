/** RFC 6121 sections 3 and 4. (Contract; its builder fills it.) */
import type { Jid } from '../routing/jid.ts';
import type { Session } from '../routing/session.ts';
import type { Account } from '../store/model.ts';
import type { Element } from '../xml.ts';

export interface Presence {
  /** A presence that a session of this host sends, `from` stamped with its full JID. */
  fromSession(session: Session, stanza: Element, to: Jid | undefined): Promise<void>;
  /** A presence for a member of this host, whoever sent it. */
  toAccount(account: Account, stanza: Element, from: Jid, to: Jid): Promise<void>;
}
