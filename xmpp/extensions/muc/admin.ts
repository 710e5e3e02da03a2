/** muc#admin (XEP-0045 sections 8 and 9): lists of affiliations and roles, read and changed, several items at once. */
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Affiliation } from '../../store/room-model.ts';
import { type Element, xml } from '../../xml.ts';
import { itemElement } from './announce.ts';
import { isNonAnonymous, isOn } from './config.ts';
import { invitationFrom } from './invitation.ts';
import { acceptInstantRoom } from './lock.ts';
import { NS_ADMIN } from './namespaces.ts';
import { tidyNick } from './nickname.ts';
import {
  type Actor,
  assertMaySetAffiliation,
  assertMaySetRole,
  isAffiliation,
  isRole,
  mayReadList,
  mayReadRole,
  type Role,
} from './privileges.ts';
import type { Room } from './room.ts';
import type { RoomIq } from './room-iq.ts';
import { type NewAffiliation, type NewRole, setAffiliations, setRoles } from './standing.ts';

/** Of one request. */
const MAX_ITEMS = 1000;
/** Who may have a standing in one room. */
const MAX_AFFILIATIONS = 5000;

export function readLists({ room, actor, payload }: RoomIq): Element {
  const items = itemsOf(payload).flatMap(({ attrs: { affiliation, role } }) => {
    if (affiliation !== undefined && isAffiliation(affiliation)) return affiliationList(room, actor, affiliation);
    if (role !== undefined && isRole(role)) return roleList(room, actor, role);
    throw new StanzaError('bad-request', { text: 'A list is of one affiliation or of one role.' });
  });
  return xml('query', { xmlns: NS_ADMIN }, ...items);
}

function affiliationList(room: Room, actor: Actor, affiliation: Affiliation): Element[] {
  if (!mayReadList(actor, affiliation, isNonAnonymous(room.config))) throw new StanzaError('forbidden');
  return room.affiliations
    .list(affiliation)
    .map(({ jid, nick, reason }) =>
      xml(
        'item',
        { affiliation, jid, nick: nick === '' ? undefined : nick },
        reason === '' ? null : xml('reason', {}, reason),
      ),
    );
}

function roleList(room: Room, actor: Actor, role: Role): Element[] {
  if (!mayReadRole(actor, role)) throw new StanzaError('forbidden');
  return [...room.occupants]
    .filter((occupant) => occupant.role === role)
    .flatMap((occupant) =>
      [...occupant.sessions.values()].map(({ jid }) => {
        const affiliation = room.affiliationOf(occupant.bare);
        return itemElement({ affiliation, role, jid: jid.toString(), nick: occupant.nick });
      }),
    );
}

/** All of the items or none. */
export async function setLists(iq: RoomIq): Promise<undefined> {
  const { muc, room, actor, payload, after } = iq;
  const items = itemsOf(payload);
  const affiliations: NewAffiliation[] = [];
  const roles: NewRole[] = [];
  for (const item of items) {
    const { affiliation, role } = item.attrs;
    if ((affiliation === undefined) === (role === undefined))
      throw new StanzaError('bad-request', { text: 'An item is about an affiliation or about a role.' });
    if (role === undefined) affiliations.push(readAffiliation(iq, item));
    else roles.push(readRole(iq, item));
  }
  assertOwnerStays(room, affiliations);
  await acceptInstantRoom(muc, room);
  const actorNick = room.present(iq.from)?.occupant.nick;
  const strangers = affiliations.filter(({ bare, becomes }) => becomes === 'member' && isStranger(room, bare));
  if (affiliations.length > 0) after.push(await setAffiliations(muc, room, affiliations, actorNick));
  if (roles.length > 0) after.push(setRoles(muc, room, roles, actorNick));
  // Section 9.5: who has been let into a room that takes members only is told of it.
  if (isOn(room.config, 'membersonly'))
    for (const { bare, reason } of strangers)
      if (!muc.host.access.keepsApart(iq.from, Jid.parse(bare)))
        after.push(() => muc.host.send(invitationFrom(room, iq.to.bare, { from: actor.bare, to: bare, reason })));
  return undefined;
}

const isStranger = (room: Room, bare: string) =>
  room.affiliationOf(bare) === 'none' && room.ofBare(bare).length === 0 && bare.includes('@');

function itemsOf(payload: Element): Element[] {
  const items = payload.getChildren('item');
  if (items.length === 0 || items.length > MAX_ITEMS)
    throw new StanzaError('bad-request', { text: `A request has from 1 to ${MAX_ITEMS} items.` });
  return items;
}

function readAffiliation({ muc, room, actor }: RoomIq, item: Element): NewAffiliation {
  const { affiliation = '', jid, nick } = item.attrs;
  if (!isAffiliation(affiliation)) throw new StanzaError('bad-request', { text: `There is no '${affiliation}'.` });
  // Some clients name an occupant where the text asks for the address.
  const bare = jid === undefined ? room.byNick(nick ?? '')?.bare : muc.bareOf(Jid.parse(jid));
  if (bare === undefined) throw new StanzaError(jid === undefined && nick ? 'item-not-found' : 'bad-request');
  if (!bare.includes('@') && affiliation !== 'outcast' && affiliation !== 'none')
    throw new StanzaError('not-acceptable', { text: 'A whole domain can only be banned.' });
  const is = room.affiliations.entry(bare)?.affiliation ?? 'none';
  assertMaySetAffiliation(actor, { bare, is, becomes: affiliation });
  if (is === 'none' && affiliation !== 'none' && room.affiliations.size >= MAX_AFFILIATIONS)
    throw new StanzaError('resource-constraint', { text: 'The lists of this room are full.' });
  const reserved = jid === undefined || nick === undefined ? undefined : readNick(room, nick, bare);
  return { bare, becomes: affiliation, nick: reserved, reason: item.getChildText('reason') ?? '' };
}

/** Section 9.5: '' takes the reserved nickname away. @throws StanzaError conflict, not-acceptable */
function readNick(room: Room, nick: string, bare: string): string {
  if (nick === '') return '';
  const tidy = tidyNick(nick);
  const owner = room.affiliations.reservedBy(tidy);
  if (owner !== undefined && owner !== bare) throw new StanzaError('conflict');
  return tidy;
}

function readRole({ room, actor }: RoomIq, item: Element): NewRole {
  const { role = '', nick } = item.attrs;
  if (!isRole(role)) throw new StanzaError('bad-request', { text: `There is no role '${role}'.` });
  if (nick === undefined) throw new StanzaError('bad-request', { text: 'Roles are changed by nickname.' });
  const occupant = room.byNick(nick);
  if (!occupant) throw new StanzaError('item-not-found');
  const { bare, role: is } = occupant;
  assertMaySetRole(actor, { bare, affiliation: room.affiliationOf(bare), is, becomes: role });
  return { occupant, becomes: role, reason: item.getChildText('reason') ?? '' };
}

/** Section 10.4. @throws StanzaError conflict */
export function assertOwnerStays(room: Room, changes: readonly NewAffiliation[]): void {
  const owners = new Set(room.affiliations.list('owner').map(({ jid }) => jid));
  for (const { bare, becomes } of changes) {
    if (becomes === 'owner') owners.add(bare);
    else owners.delete(bare);
  }
  if (owners.size === 0) throw new StanzaError('conflict', { text: 'A room needs an owner.' });
}
