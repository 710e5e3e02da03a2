/** The servers of the box and their addresses: added, listed, changed and removed while it runs. */
import type { Host } from '../../xmpp/extension.ts';
import type { Mode, ServerRow as Row } from '../../xmpp/store/model.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { Box } from '../box.ts';
import type { Command } from '../control.ts';
import { BoxError } from '../errors.ts';
import { oneOf, textOf } from './arguments.ts';

export const MODES = ['private', 'family', 'community', 'open'] as const satisfies readonly Mode[];

export interface ServerRow {
  domain: string;
  fallbacks: string[];
  mode: Mode;
  members: number;
  /** Members with an app connected. */
  online: number;
  /** The onion address, '' where there is none. */
  onion: string;
}

export interface ServerNames extends Pick<ServerRow, 'domain' | 'fallbacks' | 'mode'> {
  /** Names of it that the owner's certificates lack. */
  uncertified: string[];
}

export function serverCommands(box: Box): [string, Command][] {
  const service = () => box.running.server.servers;
  const changed = async (work: () => Promise<Row>): Promise<ServerNames> => {
    const { domain, fallbacks, mode } = await refused(work);
    await box.namesChanged();
    const served = box.running.server.hosts.some(({ server }) => server.domain === domain);
    const names = served ? [domain, ...fallbacks] : [];
    const uncertified = names.flatMap((name) => box.network.certificate.lacking(name));
    return { domain, fallbacks, mode, uncertified };
  };
  return [
    ['server list', () => box.running.server.hosts.map(rowOf)],
    [
      'server add',
      (args) => changed(() => service().add(textOf(args, 'domain'), oneOf({ mode: 'family', ...args }, 'mode', MODES))),
    ],
    ['server promote', (args) => changed(() => service().promote(textOf(args, 'domain')))],
    ['server rename', (args) => changed(() => service().rename(textOf(args, 'domain'), textOf(args, 'name')))],
    ['server remove', (args) => changed(() => service().remove(textOf(args, 'domain')))],
    [
      'server fallback add',
      (args) => changed(() => service().addFallback(textOf(args, 'domain'), textOf(args, 'fallback'))),
    ],
    [
      'server fallback remove',
      (args) => changed(() => service().removeFallback(textOf(args, 'domain'), textOf(args, 'fallback'))),
    ],
  ];
}

export function rowOf(host: Host): ServerRow {
  const { id, domain, fallbacks, mode } = host.server;
  const members = host.store.accounts.count(id);
  const onion = host.config.onion?.() ?? '';
  return { domain, fallbacks, mode, members, online: host.sessions.accountsOnline, onion };
}

async function refused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommitError) throw new BoxError('disk-full', { reason: error.code }, { cause: error });
    if (error instanceof RangeError) throw new BoxError('server-refused', { reason: error.message });
    throw error;
  }
}
