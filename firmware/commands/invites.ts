/** Invitations: made, listed and taken back by who runs the box. */
import type { Invite } from '../../xmpp/store/model.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { Box } from '../box.ts';
import type { Command } from '../control.ts';
import { BoxError } from '../errors.ts';
import { oneOf, optionalNumber, optionalText, textOf } from './arguments.ts';
import { ROLES } from './users.ts';

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
}

export function inviteCommands(box: Box): [string, Command][] {
  const hostFor = (domain: string | undefined) => {
    const { hosts } = box.running.server;
    const host = domain === undefined ? hosts[0] : hosts.find((each) => each.serves(domain));
    const domains = hosts.map((each) => each.server.domain).join(', ');
    if (!host) throw new BoxError('server-unknown', { domain: domain ?? '', domains });
    return host;
  };

  return [
    [
      'invite create',
      async (args) => {
        const host = hostFor(optionalText(args, 'server'));
        const hours = optionalNumber(args, 'hours');
        const invite = await host.invites
          .create({
            role: oneOf({ role: 'member', ...args }, 'role', ROLES),
            uses: optionalNumber(args, 'uses') ?? 1,
            note: optionalText(args, 'note') ?? '',
            typed: args.typed === true,
            ...(hours !== undefined && { lifetimeMs: hours * 3_600_000 }),
          })
          .catch(asDiskError);
        return rowOf(box, invite, host.invites.uri(invite));
      },
    ],
    [
      'invite list',
      () => {
        const usable = box.running.server.hosts.flatMap((host) =>
          host.invites
            .list()
            .filter(({ code }) => host.invites.find(code))
            .map((invite) => rowOf(box, invite, host.invites.uri(invite))),
        );
        return usable;
      },
    ],
    [
      'invite revoke',
      async (args) => {
        const code = textOf(args, 'code');
        for (const { invites } of box.running.server.hosts)
          if (await invites.revoke(code).catch(asDiskError)) return { code };
        throw new BoxError('invitation-unknown', { code });
      },
    ],
  ];
}

function rowOf(box: Box, { code, expiresMs, role, usesLeft, note }: Invite, uri: string): InviteRow {
  const url = box.addresses.invitation(code) ?? null;
  return { code, url, uri, expires: new Date(expiresMs).toISOString(), role, usesLeft, note };
}

function asDiskError(error: unknown): never {
  if (error instanceof CommitError) throw new BoxError('disk-full', { reason: error.code }, { cause: error });
  throw error;
}
