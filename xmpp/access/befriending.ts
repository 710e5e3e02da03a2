/** Who comes by a member's invitation is that member's contact from the first moment (XEP-0401 section 5.4). */
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, Invite, RosterItem } from '../store/model.ts';

/** Commits the new account's changes, together with both sides of the friendship where the invitation makes one. */
export async function commitNewcomer(
  host: Host,
  newcomer: Account,
  invite: Invite | undefined,
  changes: readonly Change[],
): Promise<void> {
  const { store, roster, hooks } = host;
  const inviter = invite?.befriends ? store.accounts.byId(invite.createdBy ?? '') : undefined;
  if (!inviter) return store.journal.commit(...changes);
  const contact = Jid.parse(host.addressOf(newcomer));
  const made = await roster.turn(inviter, async () => {
    const item = { ...(roster.item(inviter, contact) ?? friend(contact)), ...MUTUAL };
    const mine = friend(Jid.parse(host.addressOf(inviter)));
    const others = [
      ...changes,
      change('roster item set', { account: newcomer.id, item: mine }),
      // Of an earlier holder of the name.
      change('subscription request cleared', { account: inviter.id, contact: item.contact }),
    ];
    const fits = await roster.set(inviter, item, ...others).then(() => true, roomLacking);
    if (fits) roster.push(inviter, item.contact);
    else await store.journal.commit(...changes);
    return fits;
  });
  if (made) hooks.run('subscription changed', { account: inviter, contact, from: true });
}

const MUTUAL = { subscription: 'both', ask: false, approved: false } as const;

const friend = (contact: Jid): RosterItem => ({ contact: contact.toString(), name: '', groups: [], ...MUTUAL });

/** A full roster is no reason to turn the newcomer away. */
function roomLacking(error: unknown): false {
  if (error instanceof StanzaError && error.condition === 'resource-constraint') return false;
  throw error;
}
