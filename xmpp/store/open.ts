import type { Clock, Random } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Change } from './changes.ts';
import { openForReading } from './files.ts';
import { HybridClock } from './hlc.ts';
import { boxIdBytes, boxIdFrom } from './ids.ts';
import { startWriter, type Thread, type Writer, WriterJournal, writerThread } from './journal.ts';
import type { WriterStart } from './messages.ts';
import type { Id } from './model.ts';
import { SqliteAccess } from './reads/access.ts';
import { SqliteAccounts } from './reads/accounts.ts';
import { SqliteArchive } from './reads/archive.ts';
import { SqliteClients } from './reads/clients.ts';
import { SqliteComponents } from './reads/components.ts';
import { SqliteExtras } from './reads/extras.ts';
import { SqliteInvites } from './reads/invites.ts';
import { SqliteKept } from './reads/kept.ts';
import { SqliteNodes } from './reads/nodes.ts';
import { SqliteOffline } from './reads/offline.ts';
import { SqlitePeers } from './reads/peers.ts';
import { SqliteRooms } from './reads/rooms.ts';
import { SqliteRoster } from './reads/roster.ts';
import { SqliteSecrets } from './reads/secrets.ts';
import { SqliteServers } from './reads/servers.ts';
import { SqliteUploads } from './reads/uploads.ts';
import type { Sqlite } from './sqlite.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** The data folder; made, for its owner alone, where it is missing. */
  folder: string;
  clock: Clock;
  random: Random;
  log: Log;
  /** Where the writer runs; default a thread of its own. */
  thread?: (start: WriterStart) => Thread;
}

/** Opens the store of a box, or makes it: `casp3r.db` in the folder. Rejects with StoreOpenError (open-error.ts). */
export async function openStore({ folder, clock, random, log, thread }: StoreOptions): Promise<Store> {
  const writer = await startWriter({ folder, newBoxId: boxIdFrom(random(boxIdBytes)) }, thread ?? writerThread);
  const store = new SqliteStore(writer, openForReading(folder), new HybridClock(clock, writer.boxId, writer.mark), log);
  store.start();
  log.info({ box: store.boxId, folder }, 'store open');
  return store;
}

class SqliteStore implements Store {
  readonly boxId: string;
  readonly journal: WriterJournal;
  readonly servers: SqliteServers;
  readonly secrets: SqliteSecrets;
  readonly accounts: SqliteAccounts;
  readonly clients: SqliteClients;
  readonly roster: SqliteRoster;
  readonly archive: SqliteArchive;
  readonly offline: SqliteOffline;
  readonly components: SqliteComponents;
  readonly peers: SqlitePeers;
  readonly invites: SqliteInvites;
  readonly access: SqliteAccess;
  readonly extras: SqliteExtras;
  readonly nodes: SqliteNodes;
  readonly rooms: SqliteRooms;
  readonly uploads: SqliteUploads;
  readonly kept: SqliteKept;
  readonly #db: Sqlite;
  readonly #clock: HybridClock;
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();

  constructor(writer: Writer, db: Sqlite, clock: HybridClock, log: Log) {
    this.boxId = writer.boxId;
    this.journal = new WriterJournal(writer.worker, clock, log, (changes) => this.#committed(changes));
    this.servers = new SqliteServers(db);
    this.secrets = new SqliteSecrets(db);
    this.accounts = new SqliteAccounts(db);
    this.clients = new SqliteClients(db);
    this.roster = new SqliteRoster(db, writer.boxId);
    this.archive = new SqliteArchive(db);
    this.offline = new SqliteOffline(db);
    this.components = new SqliteComponents(db);
    this.peers = new SqlitePeers(db);
    this.invites = new SqliteInvites(db);
    this.access = new SqliteAccess(db);
    this.extras = new SqliteExtras(db);
    this.nodes = new SqliteNodes(db);
    this.rooms = new SqliteRooms(db);
    this.uploads = new SqliteUploads(db);
    this.kept = new SqliteKept(db);
    this.#db = db;
    this.#clock = clock;
  }

  start(): void {
    this.journal.start();
  }

  newId(): Id {
    return this.#clock.tick();
  }

  onCommitted(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.journal.stop();
    this.#db.close();
  }

  #committed(changes: Change[]): void {
    this.#forget(changes);
    for (const listener of this.#listeners) listener(changes);
  }

  #forget(changes: Change[]): void {
    for (const change of changes) {
      this.servers.forget(change);
      this.accounts.forget(change);
      this.roster.forget(change);
      this.archive.forget(change);
      this.access.forget(change);
      this.extras.forget(change);
    }
  }
}
