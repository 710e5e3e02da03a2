/** A member's devices: what has access to the account, and taking that away (XEP-0494). */
import { COMMAND_LINE } from '../../xmpp/access/acts.ts';
import { accesses, knowsPassword, revoke } from '../../xmpp/access/client-access.ts';
import { dateTime } from '../../xmpp/clock.ts';
import type { Box } from '../box.ts';
import type { Command } from '../control.ts';
import { BoxError } from '../errors.ts';
import { textOf } from './arguments.ts';
import { memberOf, refusedAs } from './users.ts';

export interface DeviceRow {
  id: string;
  /** As they named themselves; '' where they did not. */
  software: string;
  device: string;
  online: boolean;
  /** ISO 8601 */
  firstSeen: string;
  lastSeen: string;
  /** It has shown the password, and can come back with it. */
  knowsPassword: boolean;
}

export function deviceCommands(box: Box): [string, Command][] {
  return [
    [
      'user devices',
      (args): DeviceRow[] => {
        const { host, account } = memberOf(box.running.server.hosts, textOf(args, 'address'));
        return accesses(host, account).map((access) => {
          const { id, row, sessions } = access;
          const boundMs = sessions[0]?.boundMs ?? 0;
          return {
            id,
            software: row?.software ?? '',
            device: row?.device ?? '',
            online: sessions.length > 0,
            firstSeen: dateTime(row?.firstMs ?? boundMs),
            lastSeen: dateTime(row?.lastMs ?? boundMs),
            knowsPassword: knowsPassword(access),
          };
        });
      },
    ],
    [
      'user devices revoke',
      async (args) => {
        const { host, account, address } = memberOf(box.running.server.hosts, textOf(args, 'address'));
        const id = textOf(args, 'id');
        const access = accesses(host, account).find((each) => each.id === id);
        if (!access) throw new BoxError('device-unknown', { address, id });
        await refusedAs('member-refused', address, () => revoke(host, account, access));
        host.acts.record(COMMAND_LINE, 'user devices revoke', `${address} ${id}`);
        return { id, knowsPassword: knowsPassword(access) };
      },
    ],
  ];
}
