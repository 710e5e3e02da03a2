/** A message from one occupant to another through the room (XEP-0045 section 7.5). */
import type { ServiceStanza } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { clone, type Element, xml } from '../../xml.ts';
import type { RoomConfig } from './config.ts';
import type { Muc } from './context.ts';
import { deliver } from './delivery.ts';
import { assertMeet } from './meeting.ts';
import { NS_OCCUPANT_ID, NS_USER } from './namespaces.ts';
import { occupantIdElement } from './occupant-id.ts';
import { hasLevel, type Role } from './privileges.ts';
import type { Occupant, Room, RoomSession } from './room.ts';

/** The least role that may write to others, by the room's `allowpm`. */
const LEAST: Readonly<Record<string, Role | undefined>> = {
  anyone: 'visitor',
  participants: 'participant',
  moderators: 'moderator',
};

/** Everyone may write to themselves, and moderators can always be asked. */
function mayWrite({ allowpm }: RoomConfig, from: Occupant, to: Occupant): boolean {
  const least = LEAST[allowpm];
  return from === to || (least !== undefined && (hasLevel(from.role, least) || to.role === 'moderator'));
}

/** @throws StanzaError bad-request, not-acceptable, item-not-found, forbidden */
export function privateMessage(muc: Muc, room: Room, { stanza, from, to }: ServiceStanza): void {
  if (stanza.attrs.type === 'groupchat')
    throw new StanzaError('bad-request', { text: 'What is for everyone is sent to the room itself.' });
  const sender = room.present(from)?.occupant;
  if (!sender) throw new StanzaError('not-acceptable', { text: 'You are not in the room.' });
  const recipient = room.byNick(to.resource);
  if (!recipient) throw new StanzaError('item-not-found');
  if (!mayWrite(room.config, sender, recipient))
    throw new StanzaError('forbidden', { text: 'Private messages are not allowed in this room.' });
  const [somewhere] = recipient.sessions.values();
  if (somewhere) assertMeet(muc, from, somewhere.jid);
  const [newest, ...others] = [...recipient.sessions.values()].reverse();
  // The first goes the way of every message, into the member's archive; the other clients get theirs without a second copy there.
  if (newest) muc.host.send(messageFor(sender, newest, stanza));
  for (const session of others) deliver(muc.host, session, messageFor(sender, session, stanza));
}

function messageFor(sender: Occupant, { at, jid }: RoomSession, stanza: Element): Element {
  const message = clone(stanza);
  for (const child of message.getChildElements()) {
    const namespace = child.getNS();
    if (namespace === NS_USER || namespace === NS_OCCUPANT_ID) message.remove(child);
  }
  message.attrs.from = `${at}/${sender.nick}`;
  message.attrs.to = jid.toString();
  message.append(xml('x', { xmlns: NS_USER }), occupantIdElement(sender.id));
  return message;
}
