import { type Command, Option } from 'commander';
import { MODES, type ServerNames, type ServerRow } from '../commands/servers.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson, printTable } from './output.ts';

export function addServerCommand(casp3r: Command): void {
  const server = casp3r.command('server').description('the servers of the box, and their domains');

  server
    .command('list')
    .description('each with its domains, its mode and its members')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (options: CommonOptions, command: Command) => {
      const rows = await askBox<ServerRow[]>(command.opts(), 'server list');
      if (options.json) return printJson(rows);
      printTable(
        ['server', 'mode', 'members', 'online', 'also at'],
        rows.map(({ domain, mode, members, online, fallbacks, onion }) => [
          domain,
          mode,
          String(members),
          String(online),
          [...fallbacks, onion].join(' ').trim(),
        ]),
      );
    });

  server
    .command('add')
    .description('one more server in this box, with members, rules and rooms of its own')
    .argument('<domain>', 'such as club.example')
    .addOption(new Option('--mode <mode>', 'who may do what there').choices(MODES).default('family'))
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (domain: string, { mode, json }: CommonOptions & { mode: string }, command: Command) => {
      const added = await askBox<ServerNames>(command.opts(), 'server add', { domain, mode });
      if (json) return printJson(added);
      print(`${added.domain} is served, in the mode ${added.mode}; its first account is its administrator`);
      print(`Make it with: casp3r invite create --server ${added.domain}`);
      warnOfNames(added);
    });

  server
    .command('remove')
    .description('a server with all of its members, messages and rooms')
    .argument('<domain>')
    .addOption(new Option('--yes', 'nothing of it can be had back').makeOptionMandatory())
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (domain: string, options: CommonOptions, command: Command) => {
      const removed = await askBox<ServerNames>(command.opts(), 'server remove', { domain });
      if (options.json) return printJson(removed);
      print(`${removed.domain} is gone, with everything that was in it`);
    });

  const moved = (names: ServerNames) => {
    const { domain, fallbacks } = names;
    print(
      `${domain} is the address of this server and its members; ${fallbacks.join(', ')} ${fallbacks.length === 1 ? 'goes' : 'go'} on working`,
    );
    print('Members and contacts were told.');
    warnOfNames(names);
  };

  server
    .command('promote')
    .description('make a fallback the primary domain; contacts and rooms come along, the old one becomes a fallback')
    .argument('<domain>', 'one of the fallbacks')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (domain: string, options: CommonOptions, command: Command) => {
      const names = await askBox<ServerNames>(command.opts(), 'server promote', { domain });
      if (options.json) return printJson(names);
      moved(names);
    });

  server
    .command('rename')
    .description('the same with a new domain')
    .argument('<domain>', 'as it is called now')
    .argument('<name>', 'as it is to be called')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (domain: string, name: string, options: CommonOptions, command: Command) => {
      const names = await askBox<ServerNames>(command.opts(), 'server rename', { domain, name });
      if (options.json) return printJson(names);
      moved(names);
    });

  addFallbackCommands(server.command('fallback').description('other domains that reach the same accounts'));
}

function warnOfNames({ uncertified }: ServerNames): void {
  if (uncertified.length === 0) return;
  print(
    `Your certificate does not name ${uncertified.join(', ')}: apps and other servers will not believe the box there.`,
  );
}

function addFallbackCommands(fallback: Command): void {
  const told = (names: ServerNames) => {
    print(`${names.domain} answers at ${[names.domain, ...names.fallbacks].join(', ')}`);
    warnOfNames(names);
  };
  for (const [word, about] of [
    ['add', 'the accounts of a server are reached at this domain as well'],
    ['remove', 'the box answers at this domain no more; who is logged in there has to log in elsewhere'],
  ] as const)
    fallback
      .command(word)
      .description(about)
      .argument('<domain>', 'of the server')
      .argument('<fallback>', 'such as chat.example')
      .addOption(configOption())
      .addOption(jsonOption())
      .action(async (domain: string, name: string, options: CommonOptions, command: Command) => {
        const args = { domain, fallback: name };
        const names = await askBox<ServerNames>(command.opts(), `server fallback ${word}`, args);
        if (options.json) return printJson(names);
        told(names);
      });
}
