import { type Command, Option } from 'commander';
import type { InviteRow } from '../commands/invites.ts';
import { ROLES } from '../commands/users.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption, positiveNumber, spanHours, wholeNumber } from './options.ts';
import { print, printJson, printTable } from './output.ts';

interface CreateOptions extends CommonOptions {
  role: string;
  uses: number;
  hours?: number;
  expires?: number;
  name?: string;
  contact?: string;
  note?: string;
  circle?: string;
  server?: string;
  typed?: boolean;
}

export function addInviteCommand(casp3r: Command): void {
  const invite = casp3r.command('invite').description('invitations: create, list, revoke');

  invite
    .command('create')
    .description('let somebody make an account')
    .addOption(new Option('--role <role>').choices(ROLES).default('member'))
    .addOption(new Option('--uses <number>', 'accounts that it may make').argParser(wholeNumber).default(1))
    .addOption(new Option('--hours <number>', 'how long it is good (default: 7 days)').argParser(positiveNumber))
    .addOption(
      new Option('--expires <span>', 'the same in minutes, hours or days: 90m, 12h, 30d')
        .argParser(spanHours)
        .conflicts('hours'),
    )
    .addOption(new Option('--note <text>', 'whom it is for'))
    .addOption(new Option('--name <name>', 'the name that the account is to have, kept for it until then'))
    .addOption(new Option('--contact <jid>', 'the member who invites: the two become contacts of each other'))
    .addOption(new Option('--circle <name>', 'the circle that the newcomer joins'))
    .addOption(new Option('--typed', 'a short code that a person can type'))
    .addOption(new Option('--server <domain>', 'for which server (default: the first)'))
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async ({ config: _, json, hours, expires, ...wanted }: CreateOptions, command: Command) => {
      const made = await askBox<InviteRow>(command.opts(), 'invite create', { ...wanted, hours: expires ?? hours });
      if (json) return printJson(made);
      if (made.url) print(made.url);
      print(made.uri);
      print(`code ${made.code}, good until ${made.expires}`);
    });

  invite
    .command('list')
    .description('invitations that can still be used')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (options: CommonOptions) => {
      const rows = await askBox<InviteRow[]>(options, 'invite list');
      if (options.json) return printJson(rows);
      if (rows.length === 0) return print('No invitation is open.');
      printTable(
        ['code', 'expires', 'role', 'circle', 'uses left', 'from', 'note'],
        rows.map((row) => [
          row.code,
          row.expires,
          row.resets ? 'password' : row.role,
          row.circle ?? '-',
          String(row.usesLeft),
          row.from ?? 'the box',
          row.resets ?? row.note,
        ]),
      );
    });

  invite
    .command('revoke')
    .description('take an invitation back')
    .argument('<code>')
    .addOption(configOption())
    .action(async (code: string, options: CommonOptions) => {
      await askBox(options, 'invite revoke', { code });
      print('The invitation is taken back.');
    });
}
