/**
 * The room of a circle: for its members only, who have it among their bookmarks and are in it at their next login. It is the server's
 * own; whoever administers the circle is administrator in it, and an administrator of the server owns it with the server.
 */

import type { CircleEvent } from '../../routing/hooks.ts';
import type { Circle } from '../../store/access-model.ts';
import { change } from '../../store/changes.ts';
import type { Account } from '../../store/model.ts';
import type { Affiliation } from '../../store/room-model.ts';
import { newRoomConfig, type RoomConfig } from './config.ts';
import type { Muc } from './context.ts';
import { destroy } from './destroy.ts';
import { tellOfChange } from './owner.ts';
import type { Room } from './room.ts';
import { bookmarkRoom, forgetBookmark } from './room-bookmark.ts';
import { type NewAffiliation, setAffiliations } from './standing.ts';

export function followCircles(muc: Muc): void {
  const { host } = muc;
  host.hooks.on('circle changed', (event) => {
    const done = host.turns
      .run(`circle room ${event.circle.id}`, () => follow(muc, event))
      .catch((error: unknown) => host.log.error({ error: String(error) }, 'the room of a circle is not as the circle'));
    event.following.push(done);
  });
}

async function follow(muc: Muc, { circle, formerRoom, joined, left }: CircleEvent): Promise<void> {
  const local = formerRoom ?? circle.room;
  if (local === undefined) return;
  const room =
    muc.rooms.get(local) ?? (formerRoom === undefined ? muc.rooms.create(local, muc.host.server.domain) : undefined);
  if (room)
    await muc.rooms.using(room, () =>
      room.alone(() => (formerRoom === undefined ? conform(muc, room, circle) : destroy(muc, room, undefined))),
    );
  const address = `${local}@${muc.domain}`;
  for (const account of left) await forgetBookmark(muc.host, account, address);
  for (const account of joined) await bookmarkRoom(muc.host, account, address, circle.name);
}

async function conform(muc: Muc, room: Room, circle: Circle): Promise<void> {
  const before = room.config;
  const isNew = room.locked;
  const base = isNew ? { ...newRoomConfig(muc.host.config.rooms), ...OF_A_CIRCLE } : before;
  const config: RoomConfig = { ...base, roomname: circle.name };
  await muc.rooms.commit(room, change('room configured', { room: room.row.id, config: { ...config } }));
  room.config = config;
  await muc.rooms.accept(room);
  if (!isNew) tellOfChange(muc, room, before);
  const changes = affiliationsDue(muc, room, circle);
  if (changes.length > 0) (await setAffiliations(muc, room, changes, undefined))();
}

const OF_A_CIRCLE = {
  membersonly: 'true',
  publicroom: 'false',
  persistentroom: 'true',
  allowinvites: 'false',
} as const;

/** Who was banned stays so; people from elsewhere whom an owner let in stay as well. */
function affiliationsDue(muc: Muc, room: Room, circle: Circle): NewAffiliation[] {
  const wanted = new Map(
    muc.host.circles
      .members(circle)
      .map(({ account, standing }) => [
        muc.host.addressOf(account),
        affiliationOf(account, standing === 'administrator'),
      ]),
  );
  const joining = [...wanted].filter(([bare, becomes]) => {
    const is = room.affiliationOf(bare);
    return is !== becomes && is !== 'outcast';
  });
  const leaving = [...room.affiliations.all()].filter(
    ({ jid, affiliation }) =>
      affiliation !== 'outcast' && !wanted.has(jid) && muc.host.serves(domainOf(jid)) && jid.includes('@'),
  );
  return [
    ...joining.map(([bare, becomes]) => ({ bare, becomes, reason: '' })),
    ...leaving.map(({ jid }) => ({ bare: jid, becomes: 'none' as const, reason: '' })),
  ];
}

function affiliationOf({ role }: Account, administers: boolean): Affiliation {
  if (role === 'administrator') return 'owner';
  return administers && role !== 'limited' ? 'admin' : 'member';
}

const domainOf = (jid: string) => jid.slice(jid.indexOf('@') + 1);
