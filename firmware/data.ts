/** The data folder and the store in it. */
import { chmodSync, mkdirSync } from 'node:fs';
import { registrationIn } from '../xmpp/access/rules/modes.ts';
import type { Clock, Random } from '../xmpp/clock.ts';
import type { Log } from '../xmpp/log.ts';
import { change } from '../xmpp/store/changes.ts';
import { openStore } from '../xmpp/store/open.ts';
import { StoreOpenError } from '../xmpp/store/open-error.ts';
import type { Store } from '../xmpp/store/store.ts';
import type { Config } from './config.ts';
import { BoxError, reasonOf } from './errors.ts';

/** Makes the folder, for its owner alone. @throws BoxError data-unusable */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  } catch (error) {
    throw new BoxError('data-unusable', { folder, reason: reasonOf(error) });
  }
}

/**
 * Opens the store. An empty one starts with the server of [server] and [access]; from then on the store owns it.
 * @throws BoxError store-unusable
 */
export async function openBoxStore(config: Config, tools: { clock: Clock; random: Random; log: Log }): Promise<Store> {
  const { data: folder, server, access } = config;
  const { mode, registration = registrationIn(mode) } = access;
  const store = await openStore({ folder, ...tools }).catch((error: unknown) => {
    const reason = error instanceof StoreOpenError ? `${error.code}: ${error.message}` : reasonOf(error);
    throw new BoxError('store-unusable', { folder, reason }, { cause: error });
  });
  if (store.servers.all().length === 0)
    await store.journal.commit(change('server set', { id: store.newId(), ...server, mode, registration }));
  return store;
}
