import type { Host } from '../extension.ts';
import type { AccessAction } from '../store/access-model.ts';
import type { Account, Id } from '../store/model.ts';

/** The account as it is now, where it may log in from somewhere: what it was given to use without a login ends with that right. */
export const whoMayLogIn = (host: Host, id: Id): Account | undefined => whoMay(host, id, 'login');

/** The same where it may do that as well. */
export function whoMay(host: Host, id: Id, action: AccessAction): Account | undefined {
  const account = host.store.accounts.byId(id);
  if (account?.status !== 'active' || account.server !== host.server.id) return undefined;
  const may = (asked: AccessAction) => host.access.allows({ action: asked, who: { account } });
  return may('login') && may(action) ? account : undefined;
}
