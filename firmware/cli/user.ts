import { Argument, type Command, Option } from 'commander';
import type { InviteRow } from '../commands/invites.ts';
import { ROLES, type UserRow } from '../commands/users.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson, printTable } from './output.ts';
import { readPassword } from './password.ts';
import { addUserDevicesCommand } from './user-devices.ts';
import { addUserFileCommands } from './user-files.ts';

const address = () => new Argument('<jid>', 'NAME@DOMAIN');
const passwordOption = () =>
  new Option('--password <text>', '- reads it from standard input; without it you are asked').argParser(String);

export function addUserCommand(casp3r: Command): void {
  const user = casp3r.command('user').description('members: add, change, remove, list');

  user
    .command('add')
    .description('make an account')
    .addArgument(address())
    .addOption(passwordOption())
    .addOption(new Option('--role <role>').choices(ROLES).default('member'))
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (jid: string, options: CommonOptions & { password?: string; role: string }) => {
      const password = await readPassword(options.password);
      const made = await askBox<UserRow>(options, 'user add', { address: jid, password, role: options.role });
      if (options.json) printJson(made);
      else print(`${made.address} is here, as ${made.role}.`);
    });

  user
    .command('passwd')
    .description('give a member another password')
    .addArgument(address())
    .addOption(passwordOption())
    .addOption(configOption())
    .action(async (jid: string, options: CommonOptions & { password?: string }) => {
      const password = await readPassword(options.password);
      await askBox(options, 'user passwd', { address: jid, password });
      print(`${jid} has a new password.`);
    });

  user
    .command('role')
    .description('give a member another role')
    .addArgument(address())
    .addArgument(new Argument('<role>').choices(ROLES))
    .addOption(configOption())
    .action(async (jid: string, role: string, options: CommonOptions) => {
      await askBox(options, 'user role', { address: jid, role });
      print(`${jid} is now ${role}.`);
    });

  user
    .command('reset')
    .description('a link by which a member who forgot the password chooses a new one')
    .addArgument(address())
    .addOption(new Option('--typed', 'a short code that can be told by telephone, good for an hour'))
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (jid: string, options: CommonOptions & { typed?: boolean }) => {
      const made = await askBox<InviteRow>(options, 'user reset', { address: jid, typed: options.typed });
      if (options.json) return printJson(made);
      if (made.url) print(made.url);
      print(`code ${made.code}, good once, until ${made.expires}`);
    });

  user
    .command('search')
    .description('let a member find old messages by their words, or no longer')
    .addArgument(address())
    .addArgument(new Argument('<choice>').choices(['on', 'off']))
    .addOption(configOption())
    .action(async (jid: string, choice: string, options: CommonOptions) => {
      await askBox(options, 'user search', { address: jid, choice });
      print(choice === 'on' ? `${jid} can search from now on.` : `${jid} searches no longer; the words are gone.`);
    });

  for (const [name, about, done] of [
    ['disable', 'shut a member out; everything is kept', 'is shut out.'],
    ['enable', 'let a member in again', 'may log in again.'],
    ['remove', 'remove a member and all that is theirs', 'is gone.'],
  ] as const)
    user
      .command(name)
      .description(about)
      .addArgument(address())
      .addOption(configOption())
      .action(async (jid: string, options: CommonOptions) => {
        await askBox(options, `user ${name}`, { address: jid });
        print(`${jid} ${done}`);
      });

  addUserDevicesCommand(user);
  addUserFileCommands(user);

  user
    .command('list')
    .description('who lives here')
    .addOption(configOption())
    .addOption(new Option('--tree', 'each under who invited them'))
    .addOption(jsonOption())
    .action(async (options: CommonOptions & { tree?: boolean }) => {
      const rows = await askBox<UserRow[]>(options, 'user list');
      if (options.json) return printJson(rows);
      if (rows.length === 0) return print('Nobody lives here yet.');
      if (options.tree) return printTree(rows);
      printTable(
        ['address', 'role', 'status', 'online', 'since'],
        rows.map((row) => [row.address, row.role, row.status, row.online ? 'yes' : 'no', row.created.slice(0, 10)]),
      );
    });
}

/** Who came by nobody's invitation stands at the margin. */
function printTree(rows: readonly UserRow[], inviter: string | null = null, depth = 0): void {
  for (const { address: jid } of rows.filter(({ invitedBy }) => invitedBy === inviter)) {
    print(`${'  '.repeat(depth)}${jid}`);
    printTree(rows, jid, depth + 1);
  }
}
