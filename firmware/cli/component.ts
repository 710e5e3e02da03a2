import type { Command } from 'commander';
import type { AddedComponent } from '../../xmpp/components/component-service.ts';
import type { ComponentState } from '../../xmpp/components/components.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson, printTable } from './output.ts';

export function addComponentCommand(casp3r: Command): void {
  const component = casp3r.command('component').description('programs beside the box: add, list, remove');

  component
    .command('add')
    .description('give a program leave to connect at a domain; prints its secret')
    .argument('<domain>', 'such as irc.chat.example')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (domain: string, options: CommonOptions, command: Command) => {
      const added = await askBox<AddedComponent>(command.opts(), 'component add', { domain });
      if (options.json) return printJson(added);
      print(`${added.domain} may connect to ${added.address} port ${added.port} with the secret ${added.secret}`);
    });

  component
    .command('list')
    .description('those of the configuration and those that were added')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (options: CommonOptions, command: Command) => {
      const all = await askBox<ComponentState[]>(command.opts(), 'component list');
      if (options.json) return printJson(all);
      if (all.length === 0) return print('there are no components');
      printTable(
        ['component', 'state'],
        all.map(({ domain, connected }) => [domain, connected ? 'connected' : 'away']),
      );
    });

  component
    .command('remove')
    .description('end its connection and take its leave back')
    .argument('<domain>')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (domain: string, options: CommonOptions, command: Command) => {
      const removed = await askBox<{ domain: string }>(command.opts(), 'component remove', { domain });
      if (options.json) return printJson(removed);
      print(`${removed.domain} may connect no more`);
    });
}
