/** Changes of affiliations and roles, with all that follows from them for those who are in the room (XEP-0045 sections 8 to 10). */
import { change } from '../../store/changes.ts';
import type { Affiliation, RoomAffiliation } from '../../store/room-model.ts';
import { type Element, xml } from '../../xml.ts';
import { announce, itemElement, tellNewModerator, userElement } from './announce.ts';
import { isNonAnonymous, isOn } from './config.ts';
import type { Muc } from './context.ts';
import { deliver } from './delivery.ts';
import { endIfTemporary, putOut } from './leave.ts';
import { defaultRole, higherOf, isAtLeast, lowerOf, type Role } from './privileges.ts';
import type { Occupant, Room } from './room.ts';

export interface NewAffiliation {
  bare: string;
  becomes: Affiliation;
  /** Reserved from now on; '' for none, undefined to leave it as it is. */
  nick?: string | undefined;
  reason: string;
}

/** What is told once the one who did it has been answered. */
export type Afterwards = () => void;

/** @param actor the nickname of who did it, where it is known */
export async function setAffiliations(
  muc: Muc,
  room: Room,
  changes: readonly NewAffiliation[],
  actor: string | undefined,
): Promise<Afterwards> {
  const nowMs = muc.host.clock.nowMs();
  const entries = changes.map((one) => entryOf(room, one, nowMs));
  await muc.rooms.commit(
    room,
    ...entries.map((entry) => change('room affiliation set', { room: room.row.id, ...entry })),
  );
  const before = changes.map(({ bare }) => room.affiliationOf(bare));
  for (const entry of entries) room.affiliations.set(entry);
  const told = changes.map((one, index) => apply(muc, room, one, before[index] ?? 'none', actor));
  return () => {
    for (const tell of told) tell();
    void endIfTemporary(muc, room);
  };
}

function entryOf(room: Room, { bare, becomes, nick, reason }: NewAffiliation, nowMs: number): RoomAffiliation {
  const before = room.affiliations.entry(bare);
  const keepsNick = becomes !== 'outcast' && becomes !== 'none';
  return {
    jid: bare,
    affiliation: becomes,
    nick: keepsNick ? (nick ?? before?.nick ?? '') : '',
    reason: becomes === 'outcast' ? reason : '',
    sinceMs: before && before.affiliation !== 'outcast' ? before.sinceMs : nowMs,
  };
}

function apply(muc: Muc, room: Room, one: NewAffiliation, was: Affiliation, actor: string | undefined): Afterwards {
  const { bare, becomes, reason } = one;
  const concerned = becomes === 'outcast' && !bare.includes('@') ? ofDomain(room, bare) : room.ofBare(bare);
  const code = removalCode(room, becomes);
  room.givenRoles.delete(bare);
  if (code !== undefined) {
    const news = { codes: [code], affiliation: becomes, reason, ...(actor !== undefined && { actor }) };
    const told = concerned.map((occupant) => putOut(muc, room, occupant, news).tell);
    return () => {
      for (const tell of told) tell();
    };
  }
  if (concerned.length === 0) return () => tellOfAbsent(muc, room, bare, becomes);
  const roles = concerned.map((occupant) => ({ occupant, wasRole: occupant.role }));
  for (const { occupant } of roles) occupant.role = roleAfter(room, occupant.role, was, becomes);
  return () => {
    for (const { occupant, wasRole } of roles) tellChange(muc, room, occupant, wasRole, { reason, actor });
  };
}

const ofDomain = (room: Room, domain: string): Occupant[] =>
  [...room.occupants].filter(
    (occupant) => occupant.bare.endsWith(`@${domain}`) && room.affiliationOf(occupant.bare) === 'outcast',
  );

/** Sections 9.1 and 9.4 */
function removalCode(room: Room, becomes: Affiliation): number | undefined {
  if (becomes === 'outcast') return 301;
  return becomes === 'none' && isOn(room.config, 'membersonly') ? 321 : undefined;
}

/** Section 5.1.3: a higher standing brings its role; a lower one takes away what came with the higher. */
function roleAfter(room: Room, role: Role, was: Affiliation, becomes: Affiliation): Role {
  const usual = defaultRole(becomes, isOn(room.config, 'moderatedroom'));
  if (isAtLeast(becomes, was)) return higherOf(role, usual);
  return isAtLeast(was, 'admin') ? usual : lowerOf(role, usual);
}

function tellChange(
  muc: Muc,
  room: Room,
  occupant: Occupant,
  wasRole: Role,
  { reason, actor }: { reason: string; actor: string | undefined },
): void {
  announce(muc.host, room, occupant, { reason, ...(actor !== undefined && { actor }) }, wasRole);
  tellNewModerator(muc.host, room, occupant, wasRole);
}

/** Sections 10.3 and 9.5: those in the room hear of it as well, where they may see addresses: they encrypt for all members. */
function tellOfAbsent(muc: Muc, room: Room, bare: string, affiliation: Affiliation): void {
  const item = itemElement({ affiliation, role: 'none', jid: bare });
  toEach(
    muc,
    room,
    ({ role }) => isNonAnonymous(room.config) || role === 'moderator',
    () => [userElement([item])],
  );
}

/** A message from the room itself to those in it. */
export function toEach(
  muc: Muc,
  room: Room,
  isMeant: (occupant: Occupant) => boolean,
  children: () => Element[],
  type?: 'groupchat',
): void {
  const id = muc.host.store.newId();
  for (const occupant of room.occupants) {
    if (!isMeant(occupant)) continue;
    for (const session of occupant.sessions.values()) {
      const attrs = { id, type, from: session.at.toString(), to: session.jid.toString() };
      deliver(muc.host, session, xml('message', attrs, ...children()));
    }
  }
}

export interface NewRole {
  occupant: Occupant;
  becomes: Role;
  reason: string;
}

/** Section 8. Roles are of a visit, but not undone by leaving and coming back. */
export function setRoles(muc: Muc, room: Room, changes: readonly NewRole[], actor: string | undefined): Afterwards {
  const told = changes.map(({ occupant, becomes, reason }) => {
    if (becomes === 'none') {
      return putOut(muc, room, occupant, { codes: [307], reason, ...(actor !== undefined && { actor }) }).tell;
    }
    const was = occupant.role;
    occupant.role = becomes;
    room.givenRoles.set(occupant.bare, becomes);
    return () => tellChange(muc, room, occupant, was, { reason, actor });
  });
  return () => {
    for (const tell of told) tell();
    void endIfTemporary(muc, room);
  };
}
