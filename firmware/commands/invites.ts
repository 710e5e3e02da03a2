/** Invitations: made, listed and taken back by who runs the box. */
import { COMMAND_LINE } from '../../xmpp/access/acts.ts';
import { tryPrepareName } from '../../xmpp/access/name.ts';
import { offerReset } from '../../xmpp/access/password-reset.ts';
import type { Host } from '../../xmpp/extension.ts';
import type { Invite } from '../../xmpp/store/model.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { Box } from '../box.ts';
import type { Command } from '../control.ts';
import { BoxError } from '../errors.ts';
import { circleOf, oneOf, optionalNumber, optionalText, textOf } from './arguments.ts';
import { memberOf, ROLES } from './users.ts';

export interface InviteRow {
  code: string;
  /** The landing page; null where no page is served. */
  url: string | null;
  uri: string;
  /** ISO 8601 */
  expires: string;
  role: Invite['role'];
  usesLeft: number;
  note: string;
  /** The circle that the newcomer joins; null for none. */
  circle: string | null;
  /** The member who chooses a new password by it; null where it makes an account. */
  resets: string | null;
  /** The member who invites; null for the box itself. */
  from: string | null;
}

export function inviteCommands(box: Box): [string, Command][] {
  return [
    [
      'invite create',
      async (args) => {
        const host = hostFor(box, optionalText(args, 'server'));
        const hours = optionalNumber(args, 'hours');
        const uses = optionalNumber(args, 'uses') ?? 1;
        const username = nameFor(host, optionalText(args, 'name'), uses);
        const contact = optionalText(args, 'contact');
        const invite = await host.invites
          .create({
            ...(username !== undefined && { username }),
            ...(args.circle !== undefined && { circle: circleOf(host, args, 'circle').id }),
            ...(contact !== undefined && { createdBy: memberOf([host], contact).account, befriends: true }),
            role: oneOf({ role: 'member', ...args }, 'role', ROLES),
            uses,
            by: COMMAND_LINE,
            note: optionalText(args, 'note') ?? '',
            typed: args.typed === true,
            ...(hours !== undefined && { lifetimeMs: hours * 3_600_000 }),
          })
          .catch(asDiskError);
        return rowOf(box, host, invite);
      },
    ],
    [
      'user reset',
      async (args) => {
        const { host, account } = memberOf(box.running.server.hosts, textOf(args, 'address'));
        const invite = await offerReset(host, account, COMMAND_LINE, args.typed === true).catch(asDiskError);
        return rowOf(box, host, invite);
      },
    ],
    [
      'invite list',
      () => {
        const usable = box.running.server.hosts.flatMap((host) =>
          host.invites
            .list()
            .filter(({ code }) => host.invites.find(code))
            .map((invite) => rowOf(box, host, invite)),
        );
        return usable;
      },
    ],
    [
      'invite revoke',
      async (args) => {
        const code = textOf(args, 'code');
        for (const { invites } of box.running.server.hosts)
          if (await invites.revoke(code, COMMAND_LINE).catch(asDiskError)) return { code };
        throw new BoxError('invitation-unknown', { code });
      },
    ],
  ];
}

/** The server of this domain; the first where none is named. @throws BoxError server-unknown */
export function hostFor(box: Box, domain: string | undefined): Host {
  const { hosts } = box.running.server;
  const host = domain === undefined ? hosts[0] : hosts.find((each) => each.serves(domain));
  const domains = hosts.map((each) => each.server.domain).join(', ');
  if (!host) throw new BoxError('server-unknown', { domain: domain ?? '', domains });
  return host;
}

/** @throws BoxError member-refused where nobody can have this name, or not by this invitation */
function nameFor(host: Host, name: string | undefined, uses: number): string | undefined {
  if (name === undefined) return undefined;
  const refuse = (reason: string) => new BoxError('member-refused', { address: name, reason });
  if (uses > 1) throw refuse('one name is for one person');
  const local = tryPrepareName(name);
  if (local === undefined) throw refuse('this cannot be the name of an account');
  if (host.accounts.find(local) || host.invites.reserving(local)) throw refuse('the name is taken');
  return local;
}

function rowOf(box: Box, host: Host, invite: Invite): InviteRow {
  const { code, expiresMs, role, usesLeft, note, createdBy, circle, resets } = invite;
  const url = box.network.addresses.invitation(code) ?? null;
  const forgetful = resets === undefined ? undefined : host.store.accounts.byId(resets);
  const from = createdBy === undefined ? undefined : host.store.accounts.byId(createdBy);
  return {
    code,
    url,
    uri: host.invites.uri(invite),
    expires: new Date(expiresMs).toISOString(),
    role,
    usesLeft,
    note,
    circle: (circle !== undefined && host.circles.byId(circle)?.name) || null,
    resets: forgetful ? host.addressOf(forgetful) : null,
    from: from ? host.addressOf(from) : null,
  };
}

function asDiskError(error: unknown): never {
  if (error instanceof CommitError) throw new BoxError('disk-full', { reason: error.code }, { cause: error });
  throw error;
}
