/** Requests to a room itself (XEP-0045 section 17.4): which of them it answers, by the payload's name and namespace. */
import { NS_ARCHIVE, queryForm } from '../../archiving/query.ts';
import { NS_DATA_FORM } from '../../data-form.ts';
import { NS_COMMANDS } from '../../routing/command.ts';
import { NS_DISCO_INFO } from '../../routing/disco-info.ts';
import type { ServiceAnswer, ServiceIq } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import { readLists, setLists } from './admin.ts';
import { answerMetadata, answerQuery } from './archive.ts';
import type { Muc } from './context.ts';
import { NS_DISCO_ITEMS, roomInfo, roomItems } from './discovery.ts';
import { ROOM_COMMANDS } from './hat-commands.ts';
import { moderate } from './moderation.ts';
import { NS_ADMIN, NS_MODERATE, NS_OWNER, NS_PING, NS_REGISTER, NS_VCARD } from './namespaces.ts';
import { readConfiguration, setConfiguration } from './owner.ts';
import type { Actor } from './privileges.ts';
import { readRegistration, register } from './registration.ts';
import type { Room } from './room.ts';
import { getVcard, setVcard } from './vcard.ts';

export interface RoomIq extends ServiceIq {
  muc: Muc;
  room: Room;
  actor: Actor;
}

type Answerer = (iq: RoomIq) => ServiceAnswer | Promise<ServiceAnswer>;

const ANSWERERS: Readonly<Record<string, Answerer>> = {
  [`get ${NS_DISCO_INFO}:query`]: roomInfo,
  [`get ${NS_DISCO_ITEMS}:query`]: roomItems,
  [`get ${NS_PING}:ping`]: () => undefined,
  [`get ${NS_ADMIN}:query`]: readLists,
  [`set ${NS_ADMIN}:query`]: setLists,
  [`get ${NS_OWNER}:query`]: readConfiguration,
  [`set ${NS_OWNER}:query`]: setConfiguration,
  [`get ${NS_REGISTER}:query`]: readRegistration,
  [`set ${NS_REGISTER}:query`]: register,
  [`get ${NS_ARCHIVE}:query`]: queryForm,
  [`set ${NS_ARCHIVE}:query`]: answerQuery,
  [`get ${NS_ARCHIVE}:metadata`]: answerMetadata,
  [`set ${NS_MODERATE}:moderate`]: moderate,
  [`get ${NS_VCARD}:vCard`]: getVcard,
  [`set ${NS_VCARD}:vCard`]: setVcard,
  [`set ${NS_COMMANDS}:command`]: runCommand,
};

/** @throws StanzaError item-not-found (no such room, or one that is locked), service-unavailable */
export async function answerRoomIq(muc: Muc, request: ServiceIq): Promise<ServiceAnswer> {
  const { type, payload, from, to } = request;
  const room = muc.rooms.get(to.local);
  if (!room) throw new StanzaError('item-not-found');
  const answerer = ANSWERERS[`${type} ${payload.getNS() ?? ''}:${payload.name}`];
  const answer = () => {
    const actor = room.actor(muc.bareOf(from), from);
    if (room.locked && actor.affiliation !== 'owner') throw new StanzaError('item-not-found');
    if (!answerer) throw new StanzaError('service-unavailable');
    return answerer({ ...request, muc, room, actor });
  };
  // What changes a room waits for its turn; what only reads it, and what is a page of its archive, does not hold it up.
  const changes = type === 'set' && answerer !== answerQuery;
  return muc.rooms.using(room, () => (changes ? room.alone(async () => answer()) : answer()));
}

/** XEP-0317 lets a client that knows the form submit it at once. */
async function runCommand({ muc, payload, from, to, session }: RoomIq): Promise<Element> {
  const { commands } = muc.host;
  const call = { from, to, session };
  const answer = await commands.run(ROOM_COMMANDS, payload, call);
  const form = payload.getChild('x', NS_DATA_FORM);
  const { node, sessionid, status } = answer.attrs;
  if (payload.attrs.sessionid !== undefined || form?.attrs.type !== 'submit' || status !== 'executing') return answer;
  return commands.run(ROOM_COMMANDS, xml('command', { xmlns: NS_COMMANDS, node, sessionid }, form), call);
}
