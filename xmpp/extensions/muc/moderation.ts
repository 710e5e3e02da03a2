/** A moderator takes back what somebody said (XEP-0425): everyone is told, and the archive keeps a tombstone. */
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import { NS_MODERATE, NS_RETRACT } from './namespaces.ts';
import { occupantIdElement } from './occupant-id.ts';
import { isAtLeast } from './privileges.ts';
import type { RoomIq } from './room-iq.ts';
import { speak } from './speak.ts';
import { isTombstone, tombstoneOf } from './tombstone.ts';

export async function moderate({ muc, room, actor, payload, from, to }: RoomIq): Promise<undefined> {
  if (actor.role !== 'moderator' && !isAtLeast(actor.affiliation, 'admin'))
    throw new StanzaError('forbidden', { text: 'Only moderators take back what others said.' });
  if (!payload.getChild('retract', NS_RETRACT)) throw new StanzaError('bad-request');
  const { id = '' } = payload.attrs;
  const message = muc.host.store.archive.message(room.row.id, id);
  if (!message) throw new StanzaError('item-not-found');
  if (isTombstone(message)) return undefined;
  const reason = payload.getChildText('reason');
  const moderator = room.present(from)?.occupant;
  const by = moderator && `${to.bare}/${moderator.nick}`;
  const moderated = () =>
    xml('moderated', { xmlns: NS_MODERATE, by }, moderator ? occupantIdElement(moderator.id) : null);
  const because = () => (reason ? [xml('reason', {}, reason)] : []);
  const retraction: Element = xml('retract', { xmlns: NS_RETRACT, id }, moderated(), ...because());
  const nowMs = muc.host.clock.nowMs();
  const tombstone = tombstoneOf(message, nowMs, undefined, [moderated(), ...because()]);
  await speak(muc, room, { children: [retraction], writer: actor.bare, writerFull: from.toString() }, [tombstone]);
  room.history.retract(id);
  return undefined;
}
