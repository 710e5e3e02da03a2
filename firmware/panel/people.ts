/** Who is online, and who may still come. */
import type { PanelSnapshot } from '../../ui/panel/snapshot.ts';
import type { Host } from '../../xmpp/extension.ts';

/** More than the page has room for. */
const MAX_NAMES = 8;

/** Before the server runs, nobody. */
export function peopleOf(
  host: Pick<Host, 'invites' | 'sessions'> | undefined,
): Pick<PanelSnapshot, 'online' | 'onlineNames' | 'invitations'> {
  if (!host) return { online: 0, onlineNames: [], invitations: 0 };
  const names = new Set<string>();
  for (const { account } of host.sessions.all()) {
    names.add(account.local);
    if (names.size === MAX_NAMES) break;
  }
  return {
    online: host.sessions.accountsOnline,
    onlineNames: [...names].sort(),
    invitations: host.invites.list().filter(({ code }) => host.invites.find(code)).length,
  };
}
