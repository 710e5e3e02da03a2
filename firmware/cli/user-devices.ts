import { Argument, type Command, Option } from 'commander';
import type { DeviceRow } from '../commands/devices.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { print, printJson, printTable } from './output.ts';

export function addUserDevicesCommand(user: Command): void {
  user
    .command('devices')
    .description("a member's devices; take access away from one")
    .addArgument(new Argument('<jid>', 'NAME@DOMAIN'))
    .addOption(new Option('--revoke <id>', 'end its sessions, tokens and push services'))
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (jid: string, options: CommonOptions & { revoke?: string }) => {
      if (options.revoke !== undefined) return revoke(jid, options.revoke, options);
      const rows = await askBox<DeviceRow[]>(options, 'user devices', { address: jid });
      if (options.json) return printJson(rows);
      if (rows.length === 0) return print('No device is known.');
      printTable(
        ['id', 'app', 'device', 'online', 'first seen', 'last seen'],
        rows.map((row) => [
          row.id,
          row.software || '?',
          row.device || '?',
          row.online ? 'yes' : 'no',
          row.firstSeen.slice(0, 10),
          row.lastSeen.slice(0, 10),
        ]),
      );
    });
}

async function revoke(jid: string, id: string, options: CommonOptions): Promise<void> {
  const done = await askBox<{ knowsPassword: boolean }>(options, 'user devices revoke', { address: jid, id });
  if (options.json) return printJson(done);
  print('Its sessions are over, its tokens are void, and it is woken no more.');
  if (done.knowsPassword)
    print(`It has known the password: only another one keeps it out (casp3r user passwd ${jid}).`);
}
