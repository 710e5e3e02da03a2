/** Mediated invitations and what is answered to them (XEP-0045 sections 7.8.2 and 9.5). */
import { Jid } from '../../routing/jid.ts';
import type { ServiceStanza } from '../../routing/services.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { type Element, xml } from '../../xml.ts';
import { userElement } from './announce.ts';
import { isOn } from './config.ts';
import type { Muc } from './context.ts';
import { acceptInstantRoom } from './lock.ts';
import { assertMeet } from './meeting.ts';
import { type Actor, isAtLeast } from './privileges.ts';
import type { Room } from './room.ts';
import { setAffiliations } from './standing.ts';

/** In one message. */
const MAX_INVITED = 50;

export interface Invitation {
  /** Who invites, as the invitee may know them. */
  from: string;
  to: string;
  reason?: string | null;
  /** Section 7.9: the conversation that goes on in the room. */
  continues?: Element | undefined;
  id?: string | undefined;
}

export function invitationFrom(room: Room, at: Jid, { from, to, reason, continues, id }: Invitation): Element {
  const thread = continues && xml('continue', { thread: continues.attrs.thread });
  const invite = xml('invite', { from }, reason ? xml('reason', {}, reason) : null, thread);
  const { config } = room;
  const password = isOn(config, 'passwordprotectedroom') ? xml('password', {}, config.roomsecret) : null;
  return xml('message', { id, from: at.toString(), to }, userElement([invite, password]));
}

/** @throws StanzaError forbidden, not-acceptable */
export function assertMayInvite(room: Room, { affiliation, role }: Actor): void {
  if (role === 'none' && !isAtLeast(affiliation, 'member')) throw new StanzaError('not-acceptable');
  if (!isOn(room.config, 'membersonly') || isAtLeast(affiliation, 'admin')) return;
  if (affiliation !== 'member' || !isOn(room.config, 'allowinvites')) throw new StanzaError('forbidden');
}

export async function invite(
  muc: Muc,
  room: Room,
  incoming: ServiceStanza,
  invites: readonly Element[],
): Promise<void> {
  const { from, to, stanza } = incoming;
  const bare = muc.bareOf(from);
  if (invites.length > MAX_INVITED) throw new StanzaError('policy-violation');
  assertMayInvite(room, room.actor(bare, from));
  const invitees = invites.map(({ attrs }) => Jid.parse(attrs.to ?? ''));
  for (const invitee of invitees) {
    if (invitee.local === '' || room.affiliationOf(muc.bareOf(invitee)) === 'outcast')
      throw new StanzaError('not-allowed', { text: `${invitee.bare} cannot be invited here.` });
    assertMeet(muc, from, invitee);
  }
  await acceptInstantRoom(muc, room);
  const strangers = isOn(room.config, 'membersonly')
    ? invitees.map((jid) => muc.bareOf(jid)).filter((jid) => room.affiliationOf(jid) === 'none')
    : [];
  const members = [...new Set(strangers)].map((jid) => ({ bare: jid, becomes: 'member' as const, reason: '' }));
  const tell = members.length > 0 ? await setAffiliations(muc, room, members, undefined) : undefined;
  invites.forEach((element, index) => {
    const message = { from: bare, to: String(invitees[index]), reason: element.getChildText('reason') };
    muc.host.send(
      invitationFrom(room, to.bare, { ...message, continues: element.getChild('continue'), id: stanza.attrs.id }),
    );
  });
  tell?.();
}

/** To those only who could have invited: the room is no way round a member's block list. */
export function decline(muc: Muc, room: Room, { from, to, stanza }: ServiceStanza, element: Element): void {
  const inviter = Jid.parse(element.attrs.to ?? '');
  const isOccupant = inviter.bare.equals(to.bare);
  const bare = isOccupant ? room.byNick(inviter.resource)?.bare : muc.bareOf(inviter);
  const isKnown = bare !== undefined && (isAtLeast(room.affiliationOf(bare), 'member') || room.ofBare(bare).length > 0);
  if (!isKnown) throw new StanzaError('item-not-found');
  assertMeet(muc, from, Jid.parse(bare));
  const reason = element.getChildText('reason');
  const declined = xml('decline', { from: muc.bareOf(from) }, reason ? xml('reason', {}, reason) : null);
  const address = isOccupant ? bare : inviter.toString();
  const attrs = { id: stanza.attrs.id, from: to.bare.toString(), to: address };
  muc.host.send(xml('message', attrs, userElement([declined])));
}
