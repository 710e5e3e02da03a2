import type { Command } from 'commander';
import type { Status } from '../commands/status.ts';
import { duration } from '../duration.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson } from './output.ts';

export function addStatusCommand(casp3r: Command): void {
  casp3r
    .command('status')
    .description('what the running box is doing')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (options: CommonOptions) => {
      const status = await askBox<Status>(options, 'status');
      if (options.json) return printJson(status);
      print(`CASP3R ${status.version}, process ${status.pid}, up ${duration(status.uptimeSeconds)}`);
      for (const { domain, fallbacks, mode, members, online } of status.servers) {
        const also = fallbacks.length === 0 ? '' : `, also ${fallbacks.join(', ')}`;
        print(`server    ${domain}${also} (${mode}): ${members} members, ${online} online`);
      }
      for (const { name, address, port } of status.listeners) print(`listener  ${name} on ${address} port ${port}`);
      for (const { domain, connected } of status.components)
        print(`component ${domain}: ${connected ? 'connected' : 'away'}`);
      const { name, detail, onion } = status.tor;
      if (name !== 'off') print(`tor       ${name} (${detail})${onion === '' ? '' : `, ${onion}`}`);
      print(`calls     ${status.calls.name} (${status.calls.detail})`);
      print(`panel     ${status.panel.display} (${status.panel.detail}), shows ${status.panel.page}`);
      print(`network   ${status.network}`);
      print(`memory    ${Math.round(status.memoryBytes / 1_048_576)} MiB`);
      print(`errors    ${status.errors}`);
    });
}
