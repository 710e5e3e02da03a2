/** The service says goodbye (XEP-0045 section 11.2). */
import { tellItself } from './announce.ts';
import type { Muc } from './context.ts';

export function tellShutdown(muc: Muc): void {
  for (const room of muc.rooms.inUse)
    for (const occupant of room.occupants)
      tellItself(muc.host, room, occupant, { unavailable: true, role: 'none', codes: [332] });
}
