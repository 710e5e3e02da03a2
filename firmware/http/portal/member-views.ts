/** What the pages of members show. */
import type { MemberRow, MembersView, MemberView } from '../../../ui/web/portal/members.ts';
import { accesses, knowsPassword } from '../../../xmpp/access/client-access.ts';
import type { Host } from '../../../xmpp/extension.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { NODES } from './nodes.ts';
import type { PortalSession } from './sessions.ts';

const MOST = 100;

export function membersOf({ host }: PortalSession, search: string): MembersView {
  const all = host.accounts.list();
  const wanted = search.trim().toLowerCase();
  const found = all.filter((account) => host.addressOf(account).includes(wanted));
  return {
    all: all.length,
    online: host.sessions.accountsOnline,
    search,
    found: found.slice(0, MOST).map((account) => rowOf(host, account)),
    cut: found.length > MOST,
    nodes: { add: NODES.addUser, invite: NODES.invite },
  };
}

/** Undefined where there is no such member. @param local as it stands in the address of the page */
export function memberOf({ host }: PortalSession, local: string): MemberView | undefined {
  const account = host.accounts.find(local);
  if (!account) return undefined;
  const inviter = host.store.accounts.byId(host.store.invites.invitedBy(account.id) ?? '');
  const circles = host.circles.list().filter((circle) => host.circles.standing(circle, account) !== 'none');
  return {
    ...rowOf(host, account),
    createdMs: account.createdMs,
    invitedBy: inviter && host.addressOf(inviter),
    circles: circles.map(({ name }) => name),
    devices: devicesOf(host, account),
    nodes: {
      role: NODES.role,
      devices: NODES.devices,
      reset: NODES.reset,
      disable: NODES.disableUser,
      enable: NODES.enableUser,
      endSessions: NODES.endSessions,
      contacts: NODES.contacts,
      figures: NODES.figures,
      remove: NODES.removeUser,
    },
  };
}

function rowOf(host: Host, account: Account): MemberRow {
  const { id, local, role, status } = account;
  return {
    ...{ local, role },
    address: host.addressOf(account),
    disabled: status === 'disabled',
    online: host.sessions.ofAccount(account).length > 0,
    seenMs: host.store.accounts.lastSeen(id)?.atMs,
  };
}

function devicesOf(host: Host, account: Account): MemberView['devices'] {
  return accesses(host, account).map((access) => {
    const { id, row, sessions } = access;
    const [session] = sessions;
    return {
      id,
      name: [row?.software, row?.device].filter(Boolean).join(', ') || session?.jid.resource || id,
      online: session !== undefined,
      lastMs: row?.lastMs ?? session?.boundMs ?? 0,
      knowsPassword: knowsPassword(access),
    };
  });
}
