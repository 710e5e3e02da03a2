/** A message to everyone in the room (XEP-0045 sections 7.4 and 8.1; XEP-0359, 0421, 0424). */
import { belongsToConversation } from '../../im/message-content.ts';
import type { ServiceStanza } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Change, change } from '../../store/changes.ts';
import { clone, type Element, xml } from '../../xml.ts';
import { isOn } from './config.ts';
import type { Muc } from './context.ts';
import { acceptInstantRoom } from './lock.ts';
import { NS_DELAY, NS_OCCUPANT_ID, NS_RETRACT, NS_STANZA_ID, NS_USER } from './namespaces.ts';
import { occupantIdElement } from './occupant-id.ts';
import { hasLevel } from './privileges.ts';
import type { Occupant, Room } from './room.ts';
import { speak } from './speak.ts';
import { isTombstone, tombstoneOf } from './tombstone.ts';

/** Resolves when it is on disk and everyone in the room has it. @throws StanzaError not-acceptable, forbidden */
export function groupchat(muc: Muc, room: Room, incoming: ServiceStanza): Promise<void> {
  const { stanza, from } = incoming;
  return room.inOrder(async (turn) => {
    const occupant = room.present(from)?.occupant;
    if (!occupant) throw new StanzaError('not-acceptable', { text: 'You are not in the room.' });
    await acceptInstantRoom(muc, room);
    const changes = isSubjectChange(stanza)
      ? [subjectChange(muc, room, occupant, stanza)]
      : spoken(muc, room, occupant, stanza);
    const speech = {
      nick: occupant.nick,
      writer: occupant.bare,
      writerFull: from.toString(),
      messageId: stanza.attrs.id,
      children: [...passable(stanza, room), occupantIdElement(occupant.id)],
      isKept: belongsToConversation(stanza),
    };
    const applied = async () => {
      await turn();
      for (const { kind, data } of changes) {
        if (kind === 'room subject set') room.subject = { nick: data.nick, atMs: data.atMs, subject: data.subject };
        if (kind === 'archived message replaced') room.history.retract(data.id);
      }
    };
    await speak(muc, room, speech, changes, applied);
  });
}

/** Section 7.2.15: a message with a body or a thread as well is no change of the subject. */
const isSubjectChange = (stanza: Element) =>
  stanza.getChild('subject') !== undefined && !stanza.getChild('body') && !stanza.getChild('thread');

/** @throws StanzaError forbidden */
function subjectChange(muc: Muc, room: Room, { nick, role }: Occupant, stanza: Element): Change {
  const mayChange = role === 'moderator' || (isOn(room.config, 'changesubject') && hasLevel(role, 'participant'));
  if (!mayChange) throw new StanzaError('forbidden', { text: 'The subject is not yours to change.' });
  const subject = xml('message', {}, ...stanza.getChildren('subject').map(clone)).toString();
  return change('room subject set', { room: room.row.id, nick, atMs: muc.host.clock.nowMs(), subject });
}

/** @throws StanzaError forbidden (no voice, or somebody else's message is to be taken back) */
function spoken(muc: Muc, room: Room, { bare, role }: Occupant, stanza: Element): Change[] {
  if (!hasLevel(role, 'participant'))
    throw new StanzaError('forbidden', { text: 'Only those with voice may speak in this room.' });
  const id = stanza.getChild('retract', NS_RETRACT)?.attrs.id;
  const message = id === undefined ? undefined : muc.host.store.archive.message(room.row.id, id);
  if (!message || isTombstone(message)) return [];
  if (message.peer !== bare) throw new StanzaError('forbidden', { text: 'Only who wrote it takes it back.' });
  return [tombstoneOf(message, muc.host.clock.nowMs(), stanza.attrs.id)];
}

/** All that was sent, but for what only the room may say of a message. */
function passable(stanza: Element, room: Room): Element[] {
  return stanza
    .getChildElements()
    .filter((child) => !isOfTheRoom(child, room))
    .map((child) => {
      const copy = clone(child);
      const language = stanza.attrs['xml:lang'];
      if (language !== undefined && (child.name === 'body' || child.name === 'subject'))
        copy.attrs['xml:lang'] ??= language;
      return copy;
    });
}

function isOfTheRoom(child: Element, room: Room): boolean {
  const namespace = child.getNS();
  if (namespace === NS_USER || namespace === NS_OCCUPANT_ID) return true;
  const claims = namespace === NS_STANZA_ID && child.name === 'stanza-id' ? child.attrs.by : undefined;
  const delayedBy = namespace === NS_DELAY ? child.attrs.from : undefined;
  return [claims, delayedBy].some((jid) => jid?.split('@')[0]?.toLowerCase() === room.row.local);
}
