/**
 * What becomes of the rooms of a member whose account is removed: its standing goes, so that nobody who takes the name later has
 * it; a room without an owner is the next one's, by standing and by how long they have it; one without anybody ends.
 */
import type { Affiliation, RoomAffiliation } from '../../store/room-model.ts';
import type { Muc } from './context.ts';
import { destroy } from './destroy.ts';
import type { Room } from './room.ts';
import { setAffiliations } from './standing.ts';

const HEIRS: readonly Affiliation[] = ['admin', 'member'];

export function inheritRooms(muc: Muc, bare: string): void {
  const { store, server, log } = muc.host;
  for (const { room: row } of store.rooms.ofJid(server.id, bare)) {
    const room = muc.rooms.get(row.local);
    if (!room) continue;
    muc.rooms
      .using(room, () => room.alone(() => inherit(muc, room, bare)))
      .catch((error: unknown) => log.error({ error: String(error), room: row.local }, 'a room keeps a removed member'));
  }
}

async function inherit(muc: Muc, room: Room, bare: string): Promise<void> {
  const others = room.affiliations.list('owner').filter(({ jid }) => jid !== bare);
  const heir = others.length > 0 ? undefined : heirOf(room, bare);
  if (others.length === 0 && !heir) return destroy(muc, room, undefined);
  const changes = heir ? [{ bare: heir.jid, becomes: 'owner' as const, reason: '' }] : [];
  const tell = await setAffiliations(muc, room, [...changes, { bare, becomes: 'none', reason: '' }], undefined);
  tell();
}

function heirOf(room: Room, bare: string): RoomAffiliation | undefined {
  const candidates = HEIRS.flatMap((affiliation) =>
    room.affiliations.list(affiliation).toSorted((one, other) => one.sinceMs - other.sinceMs),
  );
  return candidates.find(({ jid }) => jid !== bare);
}
