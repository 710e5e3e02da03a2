/** A room's archive (XEP-0313 sections 4 and 6.1.2): for those who may enter the room at the time of the query. */
import { answerPage, metadataElement, resultMessage } from '../../archiving/page.ts';
import { readQuery } from '../../archiving/query.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { ArchivedMessage } from '../../store/archive-model.ts';
import { type Element, parse, xml } from '../../xml.ts';
import { isNonAnonymous, isOn } from './config.ts';
import { NS_USER } from './namespaces.ts';
import { isAtLeast } from './privileges.ts';
import type { RoomIq } from './room-iq.ts';

export function mayReadArchive({ muc, room, actor, from }: RoomIq): boolean {
  if (actor.affiliation === 'outcast') return false;
  if (actor.role !== 'none' || isAtLeast(actor.affiliation, 'member')) return true;
  if (isOn(room.config, 'passwordprotectedroom')) return false;
  return !isOn(room.config, 'membersonly') || (isOn(room.config, 'openforbox') && muc.isMemberOfHost(from));
}

const seesAddresses = ({ room, actor }: RoomIq) =>
  isNonAnonymous(room.config) || actor.role === 'moderator' || isAtLeast(actor.affiliation, 'admin');

function assertArchive(iq: RoomIq): void {
  if (!mayReadArchive(iq)) throw new StanzaError('forbidden');
  if (!isOn(iq.room.config, 'enablearchiving')) throw new StanzaError('service-unavailable');
}

export function answerQuery(iq: RoomIq): Element {
  assertArchive(iq);
  const { muc, room, payload, session, from, to } = iq;
  const { store } = muc.host;
  const query = readQuery(store.archive, room.row.id, payload);
  // Section 4.1.1: the filter must not tell whose message it is where the room does not.
  if (query.with !== undefined && !seesAddresses(iq)) throw new StanzaError('forbidden');
  if (query.with !== undefined) query.with = addressOf(iq, Jid.parse(query.with));
  const { messages, fin } = answerPage(store.archive.page(query), query, payload);
  const addresses = { from: to.bare.toString(), to: from.toString() };
  for (const message of messages) {
    const stanza = resultMessage(
      { id: store.newId(), ...addresses },
      message,
      shown(iq, message),
      payload.attrs.queryid,
    );
    if (session) session.send(stanza);
    else muc.host.send(stanza);
  }
  return fin;
}

export function answerMetadata(iq: RoomIq): Element {
  assertArchive(iq);
  return metadataElement(iq.muc.host.store.archive.ends(iq.room.row.id));
}

/** Whose messages are asked for: a person, or whoever has this nickname now. */
function addressOf({ muc, room, to }: RoomIq, jid: Jid): string {
  const occupant = jid.bare.equals(to.bare) ? room.byNick(jid.resource) : undefined;
  return occupant?.bare ?? muc.bareOf(jid);
}

/** As it was said, from the room's address as the asker knows it, with the writer's own where that may be seen. */
function shown(iq: RoomIq, { stanza, peer, peerFull }: ArchivedMessage): Element {
  const message = parse(stanza);
  const { resource } = Jid.parse(message.attrs.from ?? '');
  message.attrs.from = iq.to.bare.withResource(resource).toString();
  if (resource !== '' && seesAddresses(iq)) {
    const item = xml('item', { affiliation: iq.room.affiliationOf(peer), jid: peerFull });
    message.append(xml('x', { xmlns: NS_USER }, item));
  }
  return message;
}
