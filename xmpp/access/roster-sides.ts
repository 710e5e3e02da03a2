/** Several rosters changed at once, in one commit: by circles, and by an invitation that makes contacts. */
import type { Host } from '../extension.ts';
import { seesUs } from '../im/subscription.ts';
import { Jid } from '../routing/jid.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account, RosterItem } from '../store/model.ts';

/** What one member's roster says of another member from now on. */
export interface Side {
  account: Account;
  /** Of the contact, as rosters have it. */
  contact: string;
  before: RosterItem | undefined;
  /** Undefined where the item goes. */
  after: RosterItem | undefined;
}

/**
 * Within turns of all these accounts' rosters: keeps the sides together with `others`; then everyone's resources hear of the items,
 * and see or no longer see each other.
 * @throws CommitError
 */
export async function commitSides(host: Host, sides: readonly Side[], others: readonly Change[]): Promise<void> {
  const due = sides.filter(({ before, after }) => before !== after);
  await host.store.journal.commit(...others, ...due.flatMap(changesOf));
  for (const { account, contact } of due) host.roster.push(account, contact);
  for (const { account, contact, before, after } of due) {
    const jid = Jid.parse(contact);
    const saw = seesUs(before?.subscription);
    const sees = seesUs(after?.subscription);
    if (sees !== saw) host.presence.setSeen(account, jid, sees);
    if (before?.subscription !== after?.subscription)
      host.hooks.run('subscription changed', { account, contact: jid, from: sees, sawBefore: saw });
  }
}

function changesOf({ account: { id: account }, contact, after }: Side): Change[] {
  if (!after) return [change('roster item removed', { account, contact })];
  const set = change('roster item set', { account, item: after });
  // Whoever is seen has no answer to wait for.
  return seesUs(after.subscription) ? [set, change('subscription request cleared', { account, contact })] : [set];
}
