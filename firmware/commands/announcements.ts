/** Words to the members of a server: at once, at their next login, or at the first one. */
import { COMMAND_LINE } from '../../xmpp/access/acts.ts';
import { announce, type Standing, setStanding, standingText } from '../../xmpp/access/announcements.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { Box } from '../box.ts';
import type { Command, CommandArguments } from '../control.ts';
import { BoxError } from '../errors.ts';
import { optionalText, textOf } from './arguments.ts';
import { hostFor } from './invites.ts';

export function announcementCommands(box: Box): [string, Command][] {
  const host = (args: CommandArguments) => hostFor(box, optionalText(args, 'server'));
  const standing = (what: Standing): [string, Command] => [
    what,
    async (args) => {
      const text = optionalText(args, 'text');
      if (text !== undefined) await setStanding(host(args), what, text, COMMAND_LINE).catch(asDiskError);
      // Those who are here would not hear it at a login.
      if (text && what === 'motd') announce(host(args), text, COMMAND_LINE);
      return { text: standingText(host(args), what) };
    },
  ];
  return [
    ['announce', (args) => ({ told: announce(host(args), textOf(args, 'text'), COMMAND_LINE) })],
    standing('motd'),
    standing('welcome'),
  ];
}

function asDiskError(error: unknown): never {
  if (error instanceof CommitError) throw new BoxError('disk-full', { reason: error.code }, { cause: error });
  throw error;
}
