/** Addresses of the box are others from now on: what rooms in use know of people goes by the new ones, and nobody has to leave. */
import type { Muc } from './context.ts';

export function moveAddresses(muc: Muc, moved: (jid: string) => string | undefined): void {
  for (const room of muc.rooms.inUse) {
    room.affiliations.move(moved);
    room.hats.move(moved);
    for (const [jid, role] of [...room.givenRoles]) {
      const now = moved(jid);
      if (now === undefined) continue;
      room.givenRoles.delete(jid);
      room.givenRoles.set(now, role);
    }
    for (const occupant of room.occupants) occupant.bare = moved(occupant.bare) ?? occupant.bare;
  }
}
