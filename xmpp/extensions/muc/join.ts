/** Entering a room (XEP-0045 sections 7.2 and 10.1): who may, and what one who enters is told, in its order. */
import { memberAt, whoIs } from '../../access/rules/who.ts';
import { dateTime } from '../../clock.ts';
import { Jid } from '../../routing/jid.ts';
import type { ServiceStanza } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import type { Affiliation } from '../../store/room-model.ts';
import { type Element, parse, xml } from '../../xml.ts';
import { tellOthers, tellRoster, tellSession } from './announce.ts';
import { historyLength, isNonAnonymous, isOn, isPubliclyLogged, maxOccupants } from './config.ts';
import type { Muc } from './context.ts';
import { deliver } from './delivery.ts';
import { readHistoryRequest } from './history.ts';
import { acceptAfterSilence } from './lock.ts';
import { NS_DELAY, NS_HATS, NS_MUC, NS_OCCUPANT_ID, NS_USER } from './namespaces.ts';
import { tidyNick } from './nickname.ts';
import { isAtLeast } from './privileges.ts';
import type { Occupant, Present, Room, RoomSession } from './room.ts';

/** Administrators come in even where it is full, up to a bound of their own (section 7.2.9). */
const SEATS_FOR_ADMINISTRATORS = 20;
/** Clients behind one nickname. */
const MAX_SESSIONS = 20;
/** Characters of one presence. */
const MAX_PRESENCE = 8192;
/** Characters of a new room's localpart. */
const MAX_NAME = 128;

/** Namespaces in which only the room speaks. */
const ROOM_SAYS: ReadonlySet<string> = new Set([NS_MUC, NS_USER, NS_OCCUPANT_ID, NS_HATS]);

/** The room that one may enter, or a new one. @throws StanzaError not-allowed */
export function roomToEnter(muc: Muc, { from, to }: ServiceStanza): { room: Room; created: boolean } {
  const room = muc.rooms.get(to.local);
  if (room) return { room, created: false };
  const creator = muc.bareOf(from);
  if (!isAllowed(muc, from, 'create-room'))
    throw new StanzaError('not-allowed', { text: 'The rules of this server do not let you make rooms here.' });
  if (to.local.length > MAX_NAME || !muc.rooms.mayCreate(creator))
    throw new StanzaError('not-allowed', { text: 'You have made as many rooms as one account may.' });
  return { room: muc.rooms.create(to.local, creator), created: true };
}

/**
 * What a client's presence says, but for what only the room may say (section 17.3).
 * @throws StanzaError policy-violation: everyone in the room gets it, and everyone who will come
 */
export function passable(presence: Element): Element[] {
  if (presence.toString().length > MAX_PRESENCE)
    throw new StanzaError('policy-violation', { text: `Presence in a room has ${MAX_PRESENCE} characters at most.` });
  const ours = (child: Element) => {
    const namespace = child.getNS();
    return namespace !== undefined && ROOM_SAYS.has(namespace);
  };
  return presence.getChildElements().filter((child) => !ours(child));
}

/** One who is not in the room. @throws StanzaError as the table of section 7.2.17 */
export async function join(muc: Muc, room: Room, incoming: ServiceStanza, created: boolean): Promise<void> {
  const { from, to, stanza } = incoming;
  const bare = muc.bareOf(from);
  const wanted = tidyNick(to.resource);
  const request = readHistoryRequest(stanza, muc.host.clock.nowMs());
  if (!created) await assertMayEnter(muc, room, bare, incoming);
  const holder = room.byNick(wanted);
  assertNickIsFree(room, wanted, bare, holder);
  const session: RoomSession = {
    jid: from,
    at: to.bare,
    session: muc.host.serves(from.domain) ? incoming.session : undefined,
    presence: passable(stanza),
  };
  const occupant = holder ?? newOccupant(muc, room, wanted, bare);
  if (occupant.sessions.size >= MAX_SESSIONS)
    throw new StanzaError('resource-constraint', { text: 'Too many clients are in the room under this nickname.' });
  room.enter(occupant, session);
  if (created) acceptAfterSilence(muc, room);
  tellOthers(muc.host, room, occupant, {});
  const selfCodes = entryCodes(room, created, occupant.nick !== to.resource);
  welcome(muc, room, { occupant, session }, selfCodes, stanza.attrs.id);
  tellHistory(muc, room, { occupant, session }, request);
}

/** Section 7.2.2: a client that lost track gets everything again. */
export function synchronise(muc: Muc, room: Room, present: Present, stanza: Element): void {
  const request = readHistoryRequest(stanza, muc.host.clock.nowMs());
  welcome(muc, room, present, entryCodes(room, false, false), stanza.attrs.id);
  tellHistory(muc, room, present, request);
}

/** One who is in the room could come in now, as far as that is the server's owner's to say. */
export function mayStay(muc: Muc, room: Room, from: Jid): boolean {
  const who = whoIs(muc.host, from);
  const isServed = who === undefined || muc.host.access.allows({ action: 'use-service', who });
  return (
    isServed &&
    mayBeReached(muc, who) &&
    isAllowed(muc, from, 'join-room') &&
    isForLimited(muc, room, from, room.affiliationOf(muc.bareOf(from)))
  );
}

/** Of somebody elsewhere: what they say comes here, and what the room says goes there. */
function mayBeReached({ host }: Muc, who: ReturnType<typeof whoIs>): boolean {
  if (!who || !('jid' in who)) return true;
  const { domain } = who.jid;
  return (['federate-in', 'federate-out'] as const).every((action) => host.access.allows({ action, who: { domain } }));
}

/** What the server's owner says of it, whatever the room's owner does. */
function isAllowed({ host }: Muc, from: Jid, action: 'join-room' | 'create-room'): boolean {
  const who = whoIs(host, from);
  return who === undefined || host.access.allows({ action, who });
}

/** A limited member enters where they have a standing, in a room that the server or an administrator of it looks after. */
function isForLimited({ host }: Muc, room: Room, from: Jid, affiliation: Affiliation): boolean {
  if (memberAt(host, from)?.role !== 'limited') return true;
  const isTrusted = ({ jid }: { jid: string }) =>
    host.serves(jid) || memberAt(host, Jid.parse(jid))?.role === 'administrator';
  return affiliation !== 'none' && room.affiliations.list('owner').some(isTrusted);
}

async function assertMayEnter(muc: Muc, room: Room, bare: string, { from, stanza }: ServiceStanza): Promise<void> {
  const { config } = room;
  if (!isAllowed(muc, from, 'join-room'))
    throw new StanzaError('forbidden', { text: 'The rules of this server do not let you enter rooms here.' });
  const affiliation = room.affiliationOf(bare);
  if (affiliation === 'outcast') throw new StanzaError('forbidden');
  if (!isForLimited(muc, room, from, affiliation))
    throw new StanzaError('forbidden', {
      text: 'You enter the rooms of your circles, and those that an administrator of this server let you into.',
    });
  if (room.locked && affiliation !== 'owner') throw new StanzaError('item-not-found');
  const isStranger = isOn(config, 'membersonly') && affiliation === 'none';
  const isWelcome = isOn(config, 'openforbox') && muc.isMemberOfHost(from);
  if (isStranger && !isWelcome) throw new StanzaError('registration-required');
  const password = stanza.getChild('x', NS_MUC)?.getChildText('password') ?? '';
  if (isOn(config, 'passwordprotectedroom') && password !== config.roomsecret) throw new StanzaError('not-authorized');
  const isAdministrator = isAtLeast(affiliation, 'admin');
  const seats = maxOccupants(config) + (isAdministrator ? SEATS_FOR_ADMINISTRATORS : 0);
  if (room.size >= seats && room.ofBare(bare).length === 0)
    throw new StanzaError('service-unavailable', { type: 'wait', text: 'The room is full.' });
  if (isStranger) await becomeMember(muc, room, bare);
}

async function becomeMember(muc: Muc, room: Room, bare: string): Promise<void> {
  const entry = { jid: bare, affiliation: 'member' as const, nick: '', reason: '', sinceMs: muc.host.clock.nowMs() };
  await muc.rooms.commit(room, change('room affiliation set', { room: room.row.id, ...entry }));
  room.affiliations.set(entry);
}

/** Section 7.2.8. @throws StanzaError conflict */
export function assertNickIsFree(room: Room, nick: string, bare: string, holder: Occupant | undefined): void {
  const owner = room.affiliations.reservedBy(nick);
  if ((holder && holder.bare !== bare) || (owner !== undefined && owner !== bare))
    throw new StanzaError('conflict', { text: 'Somebody else has this nickname, or one that looks like it.' });
}

function newOccupant(muc: Muc, room: Room, nick: string, bare: string): Occupant {
  return { nick, bare, id: muc.ids.of(room.row.id, bare), role: room.roleFor(bare), sessions: new Map() };
}

function entryCodes(room: Room, created: boolean, renamed: boolean): number[] {
  return [
    ...(isNonAnonymous(room.config) ? [100] : []),
    ...(isPubliclyLogged(room.config) ? [170] : []),
    ...(created ? [201] : []),
    ...(renamed ? [210] : []),
  ];
}

function welcome(
  muc: Muc,
  room: Room,
  { occupant, session }: Present,
  selfCodes: readonly number[],
  id: string | undefined,
): void {
  tellRoster(muc.host, room, occupant, session);
  tellSession(muc.host, room, occupant, session, { selfCodes, ...(id !== undefined && { id }) });
}

function tellHistory(
  muc: Muc,
  room: Room,
  { occupant, session }: Present,
  request: ReturnType<typeof readHistoryRequest>,
): void {
  const readsSinceMs = room.affiliations.entry(occupant.bare)?.sinceMs ?? Number.POSITIVE_INFINITY;
  const length = historyLength(room.config);
  for (const stanza of room.history.replay(session.at, session.jid, length, request, readsSinceMs))
    deliver(muc.host, session, stanza);
  deliver(muc.host, session, subjectMessage(room, session));
}

/** Section 7.2.15 */
function subjectMessage({ subject }: Room, { at, jid }: RoomSession): Element {
  const attrs = { type: 'groupchat', to: jid.toString() };
  if (!subject) return xml('message', { ...attrs, from: at.toString() }, xml('subject'));
  const from = subject.nick === '' ? at.toString() : `${at}/${subject.nick}`;
  const delay = xml('delay', { xmlns: NS_DELAY, from: at.toString(), stamp: dateTime(subject.atMs) });
  return xml('message', { ...attrs, from }, ...parse(subject.subject).getChildElements(), delay);
}
