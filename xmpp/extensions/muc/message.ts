/** Messages that reach the service (XEP-0045 section 17.2): for everyone, for one occupant, or for the room itself. */
import { NS_DATA_FORM } from '../../data-form.ts';
import { messageType } from '../../im/message.ts';
import type { ServiceStanza } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Muc } from './context.ts';
import { isGhostError } from './ghosts.ts';
import { groupchat } from './groupchat.ts';
import { decline, invite } from './invitation.ts';
import { leave } from './leave.ts';
import { NS_USER } from './namespaces.ts';
import { privateMessage } from './private-message.ts';
import type { Room } from './room.ts';
import { voice } from './voice.ts';

/** @throws StanzaError */
export async function receiveMessage(muc: Muc, incoming: ServiceStanza): Promise<void> {
  const { stanza, from, to } = incoming;
  const isError = messageType(stanza) === 'error';
  const room = muc.rooms.get(to.local);
  if (!room || (room.locked && !room.present(from))) {
    if (isError) return;
    throw new StanzaError('item-not-found');
  }
  await muc.rooms.using(room, () => {
    if (isError) return undelivered(muc, room, incoming);
    if (!to.isBare)
      return room.inOrder(async (turn) => {
        await turn();
        privateMessage(muc, room, incoming);
      });
    if (messageType(stanza) === 'groupchat') return groupchat(muc, room, incoming);
    return room.alone(() => toRoom(muc, room, incoming));
  });
}

/** Section 18.1.2: who cannot be reached is in the room no longer. */
async function undelivered(muc: Muc, room: Room, { stanza, from }: ServiceStanza): Promise<void> {
  if (!isGhostError(stanza)) return;
  await room.alone(async () => {
    const present = room.present(from);
    if (present) await leave(muc, room, present, { codes: [333] });
  });
}

async function toRoom(muc: Muc, room: Room, incoming: ServiceStanza): Promise<void> {
  const { stanza } = incoming;
  const user = stanza.getChild('x', NS_USER);
  const invites = user?.getChildren('invite') ?? [];
  if (invites.length > 0) return invite(muc, room, incoming, invites);
  const declined = user?.getChild('decline');
  if (declined) return decline(muc, room, incoming, declined);
  const form = stanza.getChild('x', NS_DATA_FORM);
  if (form) return voice(muc, room, incoming, form);
  if (!room.present(incoming.from)) throw new StanzaError('not-acceptable');
  throw new StanzaError('bad-request', { text: 'What is said to everyone is of type groupchat.' });
}
