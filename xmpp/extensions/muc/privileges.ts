/**
 * Who may do what in a room, as the tables of XEP-0045 section 5 and the rules of sections 8 to 10 have it. Everything here is
 * pure: given who asks and whom it concerns, it says the error or nothing.
 */
import { StanzaError } from '../../routing/stanza-error.ts';
import type { Affiliation } from '../../store/room-model.ts';

export type Role = 'moderator' | 'participant' | 'visitor' | 'none';

const AFFILIATIONS = ['outcast', 'none', 'member', 'admin', 'owner'] as const satisfies readonly Affiliation[];
const ROLES = ['none', 'visitor', 'participant', 'moderator'] as const satisfies readonly Role[];

export const isAffiliation = (text: string): text is Affiliation => (AFFILIATIONS as readonly string[]).includes(text);
export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

const rankOf = (affiliation: Affiliation) => AFFILIATIONS.indexOf(affiliation);
const levelOf = (role: Role) => ROLES.indexOf(role);

export const isAtLeast = (affiliation: Affiliation, least: Affiliation) => rankOf(affiliation) >= rankOf(least);
export const hasLevel = (role: Role, least: Role) => levelOf(role) >= levelOf(least);
export const lowerOf = (one: Role, other: Role) => (levelOf(one) < levelOf(other) ? one : other);
export const higherOf = (one: Role, other: Role) => (levelOf(one) > levelOf(other) ? one : other);

/** Section 5.2.1: the least affiliation that may edit the list of those with this one. */
const EDITOR: Record<Affiliation, Affiliation> = {
  outcast: 'admin',
  none: 'admin',
  member: 'admin',
  admin: 'owner',
  owner: 'owner',
};

/** Sections 9.2 to 10.8: the least that may read a list; where everyone sees the addresses anyway, a member (section 9.5). */
const READER: Record<Affiliation, { hidden: Affiliation; shown: Affiliation }> = {
  outcast: { hidden: 'admin', shown: 'admin' },
  none: { hidden: 'owner', shown: 'owner' },
  member: { hidden: 'admin', shown: 'member' },
  admin: { hidden: 'owner', shown: 'member' },
  owner: { hidden: 'owner', shown: 'member' },
};

/** Section 5.1.2 */
export function defaultRole(affiliation: Affiliation, moderated: boolean): Role {
  if (isAtLeast(affiliation, 'admin')) return 'moderator';
  if (affiliation === 'outcast') return 'none';
  return affiliation === 'none' && moderated ? 'visitor' : 'participant';
}

/** Whoever asks, as a room knows them: in it or not. */
export interface Actor {
  bare: string;
  affiliation: Affiliation;
  role: Role;
}

export function mayReadList(actor: Actor, list: Affiliation, addressesShown: boolean): boolean {
  const least = READER[list][addressesShown ? 'shown' : 'hidden'];
  const present = addressesShown && least === 'member' && actor.role !== 'none';
  return present || isAtLeast(actor.affiliation, least);
}

/** The moderator list is an admin's (section 9.8), the voice list a moderator's (section 8.5). */
export const mayReadRole = (actor: Actor, role: Role) =>
  isAtLeast(actor.affiliation, 'admin') || (role !== 'moderator' && actor.role === 'moderator');

export interface AffiliationChange {
  bare: string;
  is: Affiliation;
  becomes: Affiliation;
}

/** @throws StanzaError forbidden, not-allowed (a higher affiliation), conflict (oneself) */
export function assertMaySetAffiliation(actor: Actor, { bare, is, becomes }: AffiliationChange): void {
  if (!isAtLeast(actor.affiliation, EDITOR[becomes])) throw new StanzaError('forbidden');
  if (becomes === 'outcast' && bare === actor.bare)
    throw new StanzaError('conflict', { text: 'Nobody can ban themselves.' });
  if (isAtLeast(actor.affiliation, EDITOR[is])) return;
  if (becomes === 'outcast') throw new StanzaError('not-allowed', { text: 'Only an owner can ban them.' });
  throw new StanzaError('forbidden');
}

export interface RoleChange {
  bare: string;
  affiliation: Affiliation;
  is: Role;
  becomes: Role;
}

/** @throws StanzaError forbidden, not-allowed (a higher affiliation), conflict (kicking oneself) */
export function assertMaySetRole(actor: Actor, change: RoleChange): void {
  const { is, becomes } = change;
  const isAdmin = isAtLeast(actor.affiliation, 'admin');
  if (!isAdmin && (actor.role !== 'moderator' || becomes === 'moderator')) throw new StanzaError('forbidden');
  if (hasLevel(becomes, is)) return;
  if (becomes === 'none') assertMayKick(actor, change);
  else assertMayLower(actor, change);
}

function assertMayLower(actor: Actor, { affiliation, is }: RoleChange): void {
  // Section 9.7, and section 8.4: nobody takes it from an admin or an owner.
  if (isAtLeast(affiliation, 'admin')) throw new StanzaError('not-allowed');
  if (is === 'moderator' && !isAtLeast(actor.affiliation, 'admin')) throw new StanzaError('forbidden');
  // To have no affiliation is no level that one could be at: a moderator without one can still silence a visitor.
  if (affiliation !== 'none' && isAtLeast(affiliation, actor.affiliation)) throw new StanzaError('not-allowed');
}

/** Section 8.2 */
function assertMayKick(actor: Actor, { bare, affiliation, is }: RoleChange): void {
  if (bare === actor.bare) throw new StanzaError('conflict', { text: 'To leave, send presence of type unavailable.' });
  if (rankOf(affiliation) > rankOf(actor.affiliation)) throw new StanzaError('not-allowed');
  if (is === 'moderator' && !isAtLeast(actor.affiliation, 'admin')) throw new StanzaError('not-allowed');
}
