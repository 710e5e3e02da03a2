/** The end of a room (XEP-0045 section 10.9). */
import type { Affiliation } from '../../store/room-model.ts';
import { type Element, xml } from '../../xml.ts';
import { itemElement, userElement } from './announce.ts';
import type { Muc } from './context.ts';
import { deliver } from './delivery.ts';
import type { Present, Room } from './room.ts';

const NOBODY: { affiliation: Affiliation; role: 'none' } = { affiliation: 'none', role: 'none' };

/** What the owner said of it: the alternate venue, its password, the reason. Copied, so that nothing else gets through. */
function destroyElement(given: Element | undefined): Element {
  const password = given?.getChildText('password');
  const reason = given?.getChildText('reason');
  return xml(
    'destroy',
    { jid: given?.attrs.jid },
    password ? xml('password', {}, password) : null,
    reason ? xml('reason', {}, reason) : null,
  );
}

/** One presence for each occupant's session, and none about the others. */
export function tellDestroyed(muc: Muc, present: Iterable<Present>, given: Element | undefined): void {
  for (const { occupant, session } of present) {
    const user = userElement([itemElement(NOBODY), destroyElement(given)], [110]);
    const attrs = { type: 'unavailable', from: `${session.at}/${occupant.nick}`, to: session.jid.toString() };
    deliver(muc.host, session, xml('presence', attrs, user));
  }
}

/** @throws CommitError where the store cannot take it; the room is as before then */
export async function destroy(muc: Muc, room: Room, given: Element | undefined): Promise<void> {
  await muc.rooms.remove(room);
  const present = [...room.occupants].flatMap((occupant) =>
    [...occupant.sessions.values()].map((session) => ({ occupant, session })),
  );
  tellDestroyed(muc, present, given);
  for (const one of present) room.exit(one);
}
