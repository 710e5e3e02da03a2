import { type Command, Option } from 'commander';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson } from './output.ts';

const serverOption = () => new Option('--server <domain>', 'of which server (default: the first)');

interface Options extends CommonOptions {
  server?: string;
  delete?: boolean;
}

export function addAnnounceCommands(casp3r: Command): void {
  casp3r
    .command('announce')
    .description('say something to the members who are online')
    .argument('<text>')
    .addOption(serverOption())
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (text: string, { json, server, ...options }: Options) => {
      const { told } = await askBox<{ told: number }>(options, 'announce', { text, server });
      if (json) printJson({ told });
      else print(`Told to ${told}.`);
    });

  for (const [name, about] of [
    ['motd', 'what each member is told once, now or at the next login'],
    ['welcome', 'what a newcomer is told at the first login'],
  ] as const)
    casp3r
      .command(name)
      .description(`${about}; shows it, or sets it`)
      .argument('[text]')
      .addOption(new Option('--delete', 'take it back'))
      .addOption(serverOption())
      .addOption(configOption())
      .addOption(jsonOption())
      .action(async (text: string | undefined, { json, server, delete: gone, ...options }: Options) => {
        const args = { text: gone ? '' : text, server };
        const { text: now } = await askBox<{ text: string }>(options, name, args);
        if (json) printJson({ text: now });
        else print(now === '' ? 'Nothing is said.' : now);
      });
}
