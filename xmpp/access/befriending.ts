/**
 * Who comes by a member's invitation is that member's contact from the first moment (XEP-0401 section 5.3), and in the circle that the
 * invitation is for.
 */
import type { Host } from '../extension.ts';
import { blankItem } from '../im/roster-item.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Change } from '../store/changes.ts';
import type { Account, Invite } from '../store/model.ts';
import { commitSides, type Side } from './roster-sides.ts';

/** Commits the new account's changes, together with all that the invitation brings. @throws CommitError */
export async function commitNewcomer(
  host: Host,
  newcomer: Account,
  invite: Invite | undefined,
  changes: readonly Change[],
): Promise<void> {
  const inviter = invite?.befriends ? host.store.accounts.byId(invite.createdBy ?? '') : undefined;
  const friends = inviter ? [inviter] : [];
  const commit = (brought: readonly Side[] = [], others: readonly Change[] = []) =>
    commitSides(host, befriended(host, newcomer, inviter, brought), [...changes, ...others]);
  if (invite?.circle !== undefined) await host.circles.welcome(invite.circle, newcomer, friends, commit);
  else await host.roster.turns(friends, () => commit());
}

function befriended(host: Host, newcomer: Account, inviter: Account | undefined, brought: readonly Side[]): Side[] {
  if (!inviter) return [...brought];
  const pair = [friend(host, inviter, newcomer), friend(host, newcomer, inviter)];
  if (!hasRoom(host, inviter, pair[0]?.after)) return [...brought];
  const own = new Map(pair.map((side) => [keyOf(side), side]));
  return [...brought.map((side) => (own.delete(keyOf(side)) ? keptAfterwards(side) : side)), ...own.values()];
}

const keyOf = ({ account, contact }: Side) => `${account.id} ${contact}`;

/** A circle brings them together as well: they stay contacts when it no longer does. */
function keptAfterwards(side: Side): Side {
  const { after } = side;
  if (!after?.circles) return side;
  return { ...side, after: { ...after, circles: { ...after.circles, before: 'both' } } };
}

function friend(host: Host, account: Account, other: Account): Side {
  const contact = host.addressOf(other);
  const before = host.store.roster.item(account.id, contact);
  const after = { ...(before ?? blankItem(contact)), subscription: 'both', ask: false, approved: false } as const;
  return { account, contact, before, after };
}

/** A full roster is no reason to turn the newcomer away. */
function hasRoom(host: Host, inviter: Account, item: Side['after']): boolean {
  try {
    if (item) host.roster.assertRoom(inviter, item);
    return true;
  } catch (error) {
    if (error instanceof StanzaError && error.condition === 'resource-constraint') return false;
    throw error;
  }
}
