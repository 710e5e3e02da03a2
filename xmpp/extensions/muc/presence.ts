/** Presence that reaches the service (XEP-0045 sections 7.2, 7.6, 7.7, 7.14 and 17.3). */
import type { ServiceStanza } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { xml } from '../../xml.ts';
import { announce, itemElement, type News, tellItself, tellOthers, userElement } from './announce.ts';
import type { Muc } from './context.ts';
import { isGhostError } from './ghosts.ts';
import { assertNickIsFree, join, passable, roomToEnter, synchronise } from './join.ts';
import { leave, leaveByPresence } from './leave.ts';
import { NS_MUC } from './namespaces.ts';
import { tidyNick } from './nickname.ts';
import type { Present, Room } from './room.ts';

/** @throws StanzaError */
export async function receivePresence(muc: Muc, incoming: ServiceStanza): Promise<void> {
  const { stanza, to } = incoming;
  if (to.local === '') return;
  switch (stanza.attrs.type) {
    case undefined:
      return available(muc, incoming).catch((error: unknown) => {
        throw error instanceof StanzaError ? ofRoom(error) : error;
      });
    case 'unavailable':
      return withPresent(muc, incoming, (room, present) => leaveByPresence(muc, room, present, incoming));
    case 'error':
      if (isGhostError(stanza))
        await withPresent(muc, incoming, (room, present) => leave(muc, room, present, { codes: [333] }));
  }
  // Probes and subscriptions are nothing that rooms know (section 17.3).
}

/** As the text's examples have it (sections 7.2.5 to 7.2.10 and 7.6): there are clients that know by it that a room says so. */
function ofRoom({ condition, type, text }: StanzaError): StanzaError {
  const payload = xml('x', { xmlns: NS_MUC });
  return new StanzaError(condition, { type, payload, ...(text !== undefined && { text }) });
}

async function withPresent(
  muc: Muc,
  { from, to }: ServiceStanza,
  work: (room: Room, present: Present) => Promise<void>,
): Promise<void> {
  const room = muc.rooms.inMemory(to.local);
  if (!room) return;
  await muc.rooms.using(room, () =>
    room.alone(async () => {
      const present = room.present(from);
      if (present) await work(room, present);
    }),
  );
}

async function available(muc: Muc, incoming: ServiceStanza): Promise<void> {
  const { stanza, from, to } = incoming;
  if (to.isBare) throw new StanzaError('jid-malformed', { text: 'To enter a room, add a nickname to its address.' });
  const isJoin = stanza.getChild('x', NS_MUC) !== undefined;
  if (!isJoin && !muc.rooms.inMemory(to.local)?.present(from)) return refuseSilentJoin(muc, incoming);
  const { room, created } = roomToEnter(muc, incoming);
  await muc.rooms.using(room, () => room.alone(() => enter(muc, room, incoming, created)));
}

async function enter(muc: Muc, room: Room, incoming: ServiceStanza, created: boolean): Promise<void> {
  const isJoin = incoming.stanza.getChild('x', NS_MUC) !== undefined;
  const present = room.present(incoming.from);
  if (present) return update(muc, room, present, incoming, isJoin);
  if (!isJoin) return refuseSilentJoin(muc, incoming);
  try {
    await join(muc, room, incoming, created);
  } catch (error) {
    if (created) await muc.rooms.remove(room);
    throw error;
  }
}

/** One who is in the room: another nickname, another state, or a client that lost track. */
async function update(muc: Muc, room: Room, present: Present, incoming: ServiceStanza, isJoin: boolean): Promise<void> {
  const { occupant, session } = present;
  const { stanza, to } = incoming;
  const nick = tidyNick(to.resource);
  const renamed = nick !== occupant.nick;
  if (renamed) {
    const holder = room.byNick(nick);
    assertNickIsFree(room, nick, occupant.bare, holder);
    if (holder && holder !== occupant)
      throw new StanzaError('conflict', { text: 'You are here under this name already.' });
  }
  const before = session.presence.join('');
  session.presence = passable(stanza);
  // The last session to speak stands for the occupant.
  occupant.sessions.delete(session.jid.toString());
  room.enter(occupant, session);
  if (renamed) rename(muc, room, present, nick);
  const { id } = stanza.attrs;
  const selfCodes = nick === to.resource ? [] : [210];
  const news: News = { selfCodes, ...(id !== undefined && { id }) };
  if (!isJoin) return announce(muc.host, room, occupant, news);
  if (renamed || before !== session.presence.join('')) tellOthers(muc.host, room, occupant, news);
  synchronise(muc, room, present, stanza);
}

/** Section 7.6: the old nickname goes, with the new one in it. */
function rename(muc: Muc, room: Room, { occupant }: Present, nick: string): void {
  const news: News = { unavailable: true, codes: [303], newNick: nick };
  tellOthers(muc.host, room, occupant, news);
  tellItself(muc.host, room, occupant, news);
  room.rename(occupant, nick);
  // What a client's end is told to (RFC 6121 section 4.6.3) follows the new name.
  for (const { at, session } of occupant.sessions.values()) session?.directed.add(`${at}/${nick}`);
}

/** Section 7.2.18: without the element of a join it is a client that believes to be in the room already. */
function refuseSilentJoin(muc: Muc, { from, to }: ServiceStanza): void {
  const item = itemElement({ affiliation: 'none', role: 'none', reason: 'You are not in the room.' });
  const user = userElement([item], [110, 307, 333]);
  muc.host.send(xml('presence', { type: 'unavailable', from: to.toString(), to: from.toString() }, user));
}
