/** Occupants who are gone without a word (XEP-0045 section 18.1.2, "Ghost Users"). */
import type { Session } from '../../routing/session.ts';
import type { Element } from '../../xml.ts';
import type { Muc } from './context.ts';
import { leave } from './leave.ts';

/** Errors that say that a stanza did not reach its client, and not that the client did not like it. */
const UNDELIVERED = new Set([
  'gone',
  'item-not-found',
  'recipient-unavailable',
  'redirect',
  'remote-server-not-found',
  'remote-server-timeout',
  'service-unavailable',
]);

export function isGhostError(stanza: Element): boolean {
  const conditions = stanza.getChild('error')?.getChildElements() ?? [];
  return conditions.some(({ name }) => UNDELIVERED.has(name));
}

/** A session that has ended leaves every room, also where its owner has hidden that end from the room. */
export function leaveAll(muc: Muc, session: Session): void {
  for (const room of muc.rooms.inUse) {
    if (!room.present(session.jid)) continue;
    const out = async () => {
      const present = room.present(session.jid);
      if (present?.session.session === session) await leave(muc, room, present, { codes: [333] });
    };
    muc.rooms
      .using(room, () => room.alone(out))
      .catch((error: unknown) => {
        if (!room.destroyed) muc.host.log.error({ error: String(error) }, 'a ghost stays in a room');
      });
  }
}
