/** Requests to an occupant (XEP-0045 sections 6.6 and 17.4) and to oneself (XEP-0410). */
import { NS_DISCO_INFO } from '../../routing/disco-info.ts';
import { ANSWERS_LATER, type ServiceAnswer, type ServiceIq } from '../../routing/services.ts';
import { errorReply, iqResult } from '../../routing/stanza.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { clone, type Element, xml } from '../../xml.ts';
import type { Muc } from './context.ts';
import { NS_DISCO_ITEMS } from './discovery.ts';
import { assertMeet } from './meeting.ts';
import { NS_PING, NS_VCARD } from './namespaces.ts';
import { lastSession } from './room.ts';

/** @throws StanzaError not-acceptable, bad-request, item-not-found */
export function answerOccupantIq(muc: Muc, request: ServiceIq): ServiceAnswer {
  const { from, to, payload, type, stanza } = request;
  // Whoever is in a room has it in memory.
  const room = muc.rooms.inMemory(to.local);
  const present = room?.present(from);
  if (!room || !present) throw new StanzaError(isDisco(payload) ? 'bad-request' : 'not-acceptable');
  const recipient = room.byNick(to.resource);
  if (!recipient) throw new StanzaError('item-not-found');
  if (recipient === present.occupant && type === 'get' && payload.is('ping', NS_PING)) return undefined;
  const session = lastSession(recipient);
  if (!session) throw new StanzaError('item-not-found');
  assertMeet(muc, from, session.jid);
  // What is kept for a person is with the account, whichever client is in the room.
  const address = payload.is('vCard', NS_VCARD) ? session.jid.bare : session.jid;
  const asked = { type, from: `${session.at}/${present.occupant.nick}`, to: address.toString() };
  muc.host.query(xml('iq', asked, clone(payload))).then(
    (answer) => muc.host.send(iqResult(stanza, answer && clone(answer))),
    (error: unknown) => muc.host.send(errorReply(stanza, asStanzaError(error))),
  );
  return ANSWERS_LATER;
}

function isDisco(payload: Element): boolean {
  const namespace = payload.getNS();
  return namespace === NS_DISCO_INFO || namespace === NS_DISCO_ITEMS;
}

const asStanzaError = (error: unknown) =>
  error instanceof StanzaError ? error : new StanzaError('internal-server-error');
