import { Argument, type Command, Option } from 'commander';
import type { CircleRow } from '../commands/circles.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson, printTable } from './output.ts';

interface CircleOptions extends CommonOptions {
  server?: string;
  room?: boolean;
}

export function addCircleCommand(casp3r: Command): void {
  const circle = casp3r.command('circle').description('circles: groups of members who see each other');
  const on = (name: string, description: string) =>
    circle
      .command(name)
      .description(description)
      .addArgument(new Argument('<circle>', 'its name'))
      .addOption(new Option('--server <domain>', 'of which server (default: the first)'))
      .addOption(configOption())
      .addOption(jsonOption());
  const choice = () => new Argument('[choice]').choices(['on', 'off']).default('on');

  on('create', 'a new circle')
    .addOption(new Option('--room', 'with a room for its members'))
    .action(async (name: string, options: CircleOptions) => {
      const { server, room } = options;
      const made = await askBox<CircleRow>(options, 'circle create', { name, server, room });
      tell(options, made, `There is a circle ${made.name}${made.room ? `, with the room ${made.room}` : ''}.`);
    });

  circle
    .command('list')
    .description('circles and who is in them')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (options: CommonOptions) => {
      const rows = await askBox<CircleRow[]>(options, 'circle list');
      if (options.json) return printJson(rows);
      if (rows.length === 0) return print('There is no circle yet.');
      printTable(
        ['circle', 'server', 'room', 'members'],
        rows.map(({ name, server, room, members }) => [name, server, room ?? '-', members.map(memberText).join(', ')]),
      );
    });

  on('rename', 'another name, in the rosters as well')
    .argument('<name>', 'the new one')
    .action(async (name: string, to: string, options: CircleOptions) => {
      const now = await askBox<CircleRow>(options, 'circle rename', { name, to, server: options.server });
      tell(options, now, `The circle is ${now.name} now.`);
    });

  on('remove', 'end a circle, and its room').action(async (name: string, options: CircleOptions) => {
    await askBox(options, 'circle remove', { name, server: options.server });
    print(`There is no circle ${name} any more.`);
  });

  for (const [command, description, done] of [
    ['add', 'let members into a circle', 'is in'],
    ['drop', 'take members out of a circle', 'is no longer in'],
  ] as const)
    on(command, description)
      .addArgument(new Argument('<jid...>', 'NAME@DOMAIN'))
      .action(async (name: string, addresses: string[], options: CircleOptions) => {
        for (const address of addresses) {
          const now = await askBox<CircleRow>(options, `circle ${command}`, { name, address, server: options.server });
          tell(options, now, `${address} ${done} ${now.name}.`);
        }
      });

  on('admin', 'let a member add and remove others and rename the circle, or no longer')
    .addArgument(new Argument('<jid>', 'NAME@DOMAIN'))
    .addArgument(choice())
    .action(async (name: string, address: string, choose: string, options: CircleOptions) => {
      const wanted = { name, address, choice: choose, server: options.server };
      const now = await askBox<CircleRow>(options, 'circle admin', wanted);
      tell(options, now, `${address} is ${choose === 'on' ? 'administrator' : 'member'} of ${now.name}.`);
    });

  on('room', 'give the circle a room, or end it')
    .addArgument(choice())
    .action(async (name: string, choose: string, options: CircleOptions) => {
      const now = await askBox<CircleRow>(options, 'circle room', { name, choice: choose, server: options.server });
      tell(options, now, now.room ? `The room of ${now.name} is ${now.room}.` : `${now.name} has no room.`);
    });
}

function tell({ json }: CommonOptions, row: CircleRow, text: string): void {
  if (json) printJson(row);
  else print(text);
}

const memberText = ({ address, standing }: CircleRow['members'][number]) =>
  standing === 'administrator' ? `${address} (administrator)` : address;
