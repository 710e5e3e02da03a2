/** Members: made, changed, removed and listed by who runs the box. */
import { COMMAND_LINE } from '../../xmpp/access/acts.ts';
import { wouldLeaveNone } from '../../xmpp/access/last-administrator.ts';
import { chooseSearch } from '../../xmpp/archiving/search.ts';
import type { Host } from '../../xmpp/extension.ts';
import { Jid } from '../../xmpp/routing/jid.ts';
import { StanzaError } from '../../xmpp/routing/stanza-error.ts';
import type { Account, Role } from '../../xmpp/store/model.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { Box } from '../box.ts';
import type { Command, CommandArguments } from '../control.ts';
import { BoxError, type ErrorCode } from '../errors.ts';
import { oneOf, textOf } from './arguments.ts';

export const ROLES = ['administrator', 'member', 'limited'] as const satisfies readonly Role[];

export interface UserRow {
  address: string;
  role: Role;
  status: Account['status'];
  /** ISO 8601 */
  created: string;
  online: boolean;
  /** The member whose invitation made the account; null where nobody's did, or they are gone. */
  invitedBy: string | null;
}

export function userCommands(box: Box): [string, Command][] {
  const member = (args: CommandArguments) => memberOf(box.running.server.hosts, textOf(args, 'address'));

  return [
    [
      'user add',
      async (args) => {
        const { host, local, address } = nameOf(box.running.server.hosts, textOf(args, 'address'));
        const wanted = {
          local,
          password: textOf(args, 'password'),
          role: oneOf(args, 'role', ROLES),
          by: COMMAND_LINE,
          byOperator: true,
        };
        const account = await refusedAs('member-refused', address, () => host.accounts.create(wanted));
        return { address: host.addressOf(account), role: account.role };
      },
    ],
    [
      'user passwd',
      async (args) => {
        const { host, account, address } = member(args);
        await refusedAs('password-refused', address, () =>
          host.accounts.setPassword(account, textOf(args, 'password'), { by: COMMAND_LINE }),
        );
        return { address };
      },
    ],
    [
      'user role',
      async (args) => {
        const { host, account, address } = member(args);
        const role = oneOf(args, 'role', ROLES);
        if (role !== 'administrator') assertNotLast(host, account, address);
        await refusedAs('member-refused', address, () => host.accounts.setRole(account, role, COMMAND_LINE));
        return { address, role };
      },
    ],
    ['user disable', (args) => setStatus(member(args), 'disabled')],
    ['user enable', (args) => setStatus(member(args), 'active')],
    [
      'user search',
      async (args) => {
        const { host, account, address } = member(args);
        const choice = oneOf(args, 'choice', ['on', 'off']);
        if (choice === 'on' && !host.config.archive.search) throw new BoxError('search-forbidden');
        await refusedAs('member-refused', address, () => chooseSearch(host, account, choice === 'on'));
        return { address, search: choice };
      },
    ],
    [
      'user remove',
      async (args) => {
        const { host, account, address } = member(args);
        assertNotLast(host, account, address);
        await refusedAs('member-refused', address, () => host.accounts.remove(account, undefined, COMMAND_LINE));
        return { address };
      },
    ],
    [
      'user list',
      () => box.running.server.hosts.flatMap((host) => host.accounts.list().map((account) => rowOf(host, account))),
    ],
  ];
}

function rowOf(host: Host, account: Account): UserRow {
  const { id, role, status, createdMs } = account;
  const inviter = host.store.accounts.byId(host.store.invites.invitedBy(id) ?? '');
  return {
    address: host.addressOf(account),
    role,
    status,
    created: new Date(createdMs).toISOString(),
    online: host.sessions.ofAccount(account).length > 0,
    invitedBy: inviter ? host.addressOf(inviter) : null,
  };
}

async function setStatus(
  { host, account, address }: Member,
  status: Account['status'],
): Promise<{ address: string; status: string }> {
  if (status === 'disabled') assertNotLast(host, account, address);
  await refusedAs('member-refused', address, () => host.accounts.setStatus(account, status, COMMAND_LINE));
  return { address, status };
}

interface Member {
  host: Host;
  account: Account;
  address: string;
}

/** @throws BoxError address-invalid, server-unknown */
function nameOf(hosts: readonly Host[], address: string): { host: Host; local: string; address: string } {
  const jid = tryParse(address);
  if (!jid || jid.local === '' || jid.resource !== '') throw new BoxError('address-invalid', { address });
  const host = hosts.find((each) => each.serves(jid.domain));
  const domains = hosts.map((each) => each.server.domain).join(', ');
  if (!host) throw new BoxError('server-unknown', { domain: jid.domain, domains });
  return { host, local: jid.local, address: jid.toString() };
}

/** @throws BoxError as `nameOf`, member-unknown */
export function memberOf(hosts: readonly Host[], text: string): Member {
  const { host, local, address } = nameOf(hosts, text);
  const account = host.accounts.find(local);
  if (!account) throw new BoxError('member-unknown', { address });
  return { host, account, address };
}

function assertNotLast(host: Host, account: Account, address: string): void {
  if (wouldLeaveNone(host.accounts, [account])) throw new BoxError('last-administrator', { address });
}

function tryParse(address: string): Jid | undefined {
  try {
    return Jid.parse(address);
  } catch (error) {
    if (error instanceof StanzaError) return undefined;
    throw error;
  }
}

/** Says the engine's refusals in the operator's terms. */
export async function refusedAs<T>(code: ErrorCode, address: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommitError) throw new BoxError('disk-full', { reason: error.code }, { cause: error });
    if (!(error instanceof StanzaError)) throw error;
    if (error.condition === 'conflict') throw new BoxError('member-exists', { address }, { cause: error });
    throw new BoxError(code, { address, reason: error.message.replace(/\.$/, '') }, { cause: error });
  }
}
