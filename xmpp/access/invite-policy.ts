/** Who may invite whom: decided here, for the apps' commands, the command line and the pages alike. */
import type { Account, ServerRow } from '../store/model.ts';

/** 'account': strangers may make an account by it. 'contact': it makes a contact of somebody who has one already. */
export type MayInvite = 'account' | 'contact' | 'nothing';

/**
 * Administrators invite as long as registration is not closed; so do members, but for a private server, whose owner wants to know
 * everyone. Where members may not, they may still meet people who have an account elsewhere. Limited members invite nobody.
 */
export function mayInvite(
  { mode, registration }: Pick<ServerRow, 'mode' | 'registration'>,
  { role, status }: Pick<Account, 'role' | 'status'>,
): MayInvite {
  if (status !== 'active' || role === 'limited') return 'nothing';
  if (registration === 'closed') return 'contact';
  return role === 'administrator' || mode !== 'private' ? 'account' : 'contact';
}
