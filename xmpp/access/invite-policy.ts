/** Who may invite whom: for the apps' commands, the command line and the pages alike. */
import type { Host } from '../extension.ts';
import type { Account } from '../store/model.ts';

/** 'account': strangers may make an account by it. 'contact': it makes a contact of somebody who has one already. */
export type MayInvite = 'account' | 'contact' | 'nothing';

/**
 * The rules say who lets others in, as long as registration is not closed. Whoever may not can still meet people who have an account
 * elsewhere; limited members meet whom an administrator approves.
 */
export function mayInvite(host: Pick<Host, 'access' | 'server'>, account: Account): MayInvite {
  if (account.status !== 'active') return 'nothing';
  const allowed = host.access.allows({ action: 'invite', who: { account } });
  if (!allowed && account.role === 'limited') return 'nothing';
  return allowed && host.server.registration !== 'closed' ? 'account' : 'contact';
}
