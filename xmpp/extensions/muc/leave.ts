/** Leaving a room, whoever wants it (XEP-0045 sections 7.14, 8.2, 9.1, 11): one client of an occupant, or the occupant whole. */
import type { ServiceStanza } from '../../routing/services.ts';
import { type News, tellOthers, tellSession } from './announce.ts';
import { isOn } from './config.ts';
import type { Muc } from './context.ts';
import { tellDestroyed } from './destroy.ts';
import type { Occupant, Present, Room } from './room.ts';

/** Characters that one may leave with. */
const MAX_LAST_WORDS = 1024;

/** By its own presence, or because it is not there any more. */
export async function leave(muc: Muc, room: Room, present: Present, news: News = {}): Promise<void> {
  const { occupant, session } = present;
  const gone: News = { ...news, unavailable: true, role: 'none' };
  const wasRole = occupant.role;
  // The session is told while it still counts as one of the occupant's.
  tellSession(muc.host, room, occupant, session, gone);
  if (room.exit(present)) {
    occupant.sessions.set(session.jid.toString(), session);
    tellOthers(muc.host, room, occupant, gone, wasRole);
    occupant.sessions.clear();
  } else tellOthers(muc.host, room, occupant, {});
  await afterExit(muc, room, present);
}

export async function leaveByPresence(
  muc: Muc,
  room: Room,
  present: Present,
  { stanza }: ServiceStanza,
): Promise<void> {
  const { id } = stanza.attrs;
  const status = stanza.getChildren('status').filter((child) => child.text().length <= MAX_LAST_WORDS);
  await leave(muc, room, present, { status, ...(id !== undefined && { id }) });
}

/** Takes an occupant out with all of its sessions: kicked, banned, not a member any more. Others hear of it when `tell` is run. */
export function putOut(muc: Muc, room: Room, occupant: Occupant, news: News): { tell: () => void } {
  const gone: News = { ...news, unavailable: true, role: 'none' };
  const wasRole = occupant.role;
  const sessions = new Map(occupant.sessions);
  for (const session of sessions.values()) tellSession(muc.host, room, occupant, session, gone);
  for (const session of sessions.values()) room.exit({ occupant, session });
  return {
    tell: () => {
      for (const [key, session] of sessions) occupant.sessions.set(key, session);
      tellOthers(muc.host, room, occupant, gone, wasRole);
      occupant.sessions.clear();
    },
  };
}

/** Sections 7.14 and 10.1.3: a temporary room ends with its last occupant, a locked one with its owner. */
async function afterExit(muc: Muc, room: Room, { occupant, session }: Present): Promise<void> {
  if (room.locked) {
    await muc.rooms.remove(room);
    tellDestroyed(muc, [{ occupant, session }], undefined);
    for (const other of [...room.occupants])
      for (const left of [...other.sessions.values()]) room.exit({ occupant: other, session: left });
  } else await endIfTemporary(muc, room);
}

export async function endIfTemporary(muc: Muc, room: Room): Promise<void> {
  if (room.size === 0 && room.stored && !isOn(room.config, 'persistentroom')) await muc.rooms.remove(room);
}
