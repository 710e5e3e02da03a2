/**
 * A new room is locked until its owner accepts a configuration (XEP-0045 section 10.1): by the form, by declining the form, and by
 * what a client does that knows of neither: it speaks, invites, or is silent for a while. Such an instant room lets in whoever has
 * an account on this server, for its owner's client may know no way to let anybody in.
 */
import type { Muc } from './context.ts';
import type { Room } from './room.ts';

const SILENCE_MS = 60_000;

/** The default configuration is accepted, without a form. */
export async function acceptInstantRoom(muc: Muc, room: Room): Promise<void> {
  if (!room.locked) return;
  room.config = { ...room.config, openforbox: 'true' };
  await muc.rooms.accept(room);
}

/** Step 5 of section 10.1.1: an owner who does nothing is taken to have accepted it. */
export function acceptAfterSilence(muc: Muc, room: Room): void {
  muc.host.clock.after(SILENCE_MS, () => {
    if (room.destroyed || !room.locked) return;
    room
      .alone(() => acceptInstantRoom(muc, room))
      .catch((error: unknown) => {
        muc.host.log.warn({ error: String(error) }, 'a new room could not be kept');
      });
  });
}
