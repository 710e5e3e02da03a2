/** Circles: groups of members who have each other in their rosters, and a room if wished. */
import { COMMAND_LINE } from '../../xmpp/access/acts.ts';
import type { Host } from '../../xmpp/extension.ts';
import type { Circle, CircleStanding } from '../../xmpp/store/access-model.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { Box } from '../box.ts';
import type { Command, CommandArguments } from '../control.ts';
import { BoxError } from '../errors.ts';
import { circleOf, oneOf, optionalText, textOf } from './arguments.ts';
import { hostFor } from './invites.ts';
import { memberOf } from './users.ts';

export interface CircleRow {
  name: string;
  /** The server's domain. */
  server: string;
  /** The address of its room; null for none. */
  room: string | null;
  members: { address: string; standing: CircleStanding }[];
}

export function circleCommands(box: Box): [string, Command][] {
  const host = (args: CommandArguments) => hostFor(box, optionalText(args, 'server'));
  const command =
    (work: (host: Host, args: CommandArguments) => Promise<Circle>): Command =>
    async (args) => {
      const on = host(args);
      return rowOf(on, await refused(() => work(on, args)));
    };

  return [
    [
      'circle create',
      command(async (on, args) => {
        const circle = await on.circles.create(textOf(args, 'name'), COMMAND_LINE);
        return args.room === true ? on.circles.setRoom(circle, true, COMMAND_LINE) : circle;
      }),
    ],
    [
      'circle list',
      () => box.running.server.hosts.flatMap((on) => on.circles.list().map((circle) => rowOf(on, circle))),
    ],
    ['circle rename', command((on, args) => on.circles.rename(circleOf(on, args), textOf(args, 'to'), COMMAND_LINE))],
    [
      'circle remove',
      async (args) => {
        const on = host(args);
        const circle = circleOf(on, args);
        await refused(() => on.circles.remove(circle, COMMAND_LINE));
        return { name: circle.name };
      },
    ],
    [
      'circle add',
      command(async (on, args) => {
        const circle = circleOf(on, args);
        const { account } = memberOf([on], textOf(args, 'address'));
        if (on.circles.standing(circle, account) === 'none')
          await on.circles.add(circle, account, 'member', COMMAND_LINE);
        return circle;
      }),
    ],
    [
      'circle drop',
      command(async (on, args) => {
        const circle = circleOf(on, args);
        await on.circles.drop(circle, memberOf([on], textOf(args, 'address')).account, COMMAND_LINE);
        return circle;
      }),
    ],
    [
      'circle admin',
      command(async (on, args) => {
        const circle = circleOf(on, args);
        const { account } = memberOf([on], textOf(args, 'address'));
        const standing = oneOf(args, 'choice', ['on', 'off']) === 'on' ? 'administrator' : 'member';
        await on.circles.add(circle, account, standing, COMMAND_LINE);
        return circle;
      }),
    ],
    [
      'circle room',
      command((on, args) =>
        on.circles.setRoom(circleOf(on, args), oneOf(args, 'choice', ['on', 'off']) === 'on', COMMAND_LINE),
      ),
    ],
  ];
}

function rowOf(host: Host, circle: Circle): CircleRow {
  const { name, room } = circle;
  const { domain } = host.server;
  const members = host.circles
    .members(circle)
    .map(({ account, standing }) => ({ address: host.addressOf(account), standing }));
  return { name, server: domain, room: room === undefined ? null : `${room}@rooms.${domain}`, members };
}

/** Says the engine's refusals in the operator's terms. */
async function refused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommitError) throw new BoxError('disk-full', { reason: error.code }, { cause: error });
    if (error instanceof RangeError) throw new BoxError('access-refused', { reason: error.message }, { cause: error });
    throw error;
  }
}
