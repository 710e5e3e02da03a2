import type { Command } from 'commander';
import type { FederationStatus } from '../commands/federation.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption } from './options.ts';
import { duration, print, printJson, printTable } from './output.ts';

type Peer = FederationStatus['servers'][number];

export function addFederationCommand(casp3r: Command): void {
  const federation = casp3r.command('federation').description('other servers: status');

  federation
    .command('status')
    .description('whom the box talks to, and what went wrong')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async (options: CommonOptions, command: Command) => {
      const status = await askBox<FederationStatus>(command.opts(), 'federation status');
      if (options.json) return printJson(status);
      if (!status.enabled) return print('federation is switched off');
      if (status.servers.length === 0) return print('no other server has been met yet');
      const nowMs = Date.now();
      printTable(
        ['server', 'state', 'way', 'since', 'TLS', 'proved by', 'queued', 'last error'],
        status.servers.map((peer) => rowOf(peer, nowMs)),
      );
    });
}

function rowOf(peer: Peer, nowMs: number): string[] {
  const { lastError } = peer;
  return [
    peer.domain,
    peer.state,
    peer.direction ?? '-',
    peer.sinceMs === undefined ? '-' : duration(Math.round((nowMs - peer.sinceMs) / 1000)),
    peer.tls?.replace('TLSv', '') ?? '-',
    peer.authenticated ?? '-',
    String(peer.queued),
    lastError ? `${lastError.text} (${duration(Math.round((nowMs - lastError.atMs) / 1000))} ago)` : '',
  ];
}
