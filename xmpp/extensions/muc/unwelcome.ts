/** The owner of the server said something else of who enters rooms: whoever could not come in now is put out. */
import type { ChangeKind } from '../../store/changes.ts';
import type { Muc } from './context.ts';
import { mayStay } from './join.ts';
import { endIfTemporary, putOut } from './leave.ts';
import { lastSession, type Occupant, type Room } from './room.ts';

/** A roster that changes puts nobody out: whoever was let in as somebody's contact leaves by themselves. */
const PUTS_OUT: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  'access rule set',
  'access rule removed',
  'server set',
  'role set',
  'circle set',
  'circle member set',
  'circle removed',
]);

export function followRules(muc: Muc): void {
  const { host } = muc;
  host.hooks.on('access changed', ({ changes }) => {
    if (changes.length > 0 && !changes.some(({ kind }) => PUTS_OUT.has(kind))) return;
    for (const room of muc.rooms.inUse)
      if (unwelcomeIn(muc, room).length > 0)
        muc.rooms
          .using(room, () => room.alone(() => clear(muc, room)))
          .catch((error: unknown) => host.log.error({ error: String(error) }, 'somebody stays in a room'));
  });
}

function unwelcomeIn(muc: Muc, room: Room): Occupant[] {
  return [...room.occupants].filter((occupant) => {
    const session = lastSession(occupant);
    return session && !mayStay(muc, room, session.jid);
  });
}

async function clear(muc: Muc, room: Room): Promise<void> {
  const reason = 'The rules of this server do not let you stay here.';
  const told = unwelcomeIn(muc, room).map((occupant) => putOut(muc, room, occupant, { codes: [307], reason }));
  for (const { tell } of told) tell();
  await endIfTemporary(muc, room);
}
