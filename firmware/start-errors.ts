/** What can go wrong when the server starts. */
import type { Host } from '../xmpp/extension.ts';
import type { Config } from './config.ts';
import { BoxError, reasonOf } from './errors.ts';

/** @throws BoxError server-not-started */
export function firstOf(hosts: readonly Host[]): Host {
  const [host] = hosts;
  if (!host) throw new BoxError('server-not-started', { reason: 'the store names no server' });
  return host;
}

/** What kept the server from starting, as its operator reads it. @throws BoxError port-unusable, server-not-started */
export function asStartError(error: unknown, listen: Config['listen']): never {
  const { syscall, port } = error as { syscall?: unknown; port?: unknown };
  if (syscall === 'listen' && typeof port === 'number') {
    const [name = 'c2s'] = Object.entries(listen).find(([, value]) => value === port) ?? [];
    throw new BoxError('port-unusable', { name, port, reason: reasonOf(error) }, { cause: error });
  }
  throw new BoxError('server-not-started', { reason: reasonOf(error) }, { cause: error });
}
