/** A store for tests of something else: SQLite, files and messages are real, its schema is made once and its thread is the test's. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemRandom } from '../../../xmpp/clock.ts';
import { databasePath, openForWriting } from '../../../xmpp/store/files.ts';
import { migrate } from '../../../xmpp/store/migrate.ts';
import { migrations } from '../../../xmpp/store/migrations/migrations.ts';
import { openStore } from '../../../xmpp/store/open.ts';
import type { Store } from '../../../xmpp/store/store.ts';
import { silentLog } from './fixtures.ts';
import { sameThread } from './same-thread.ts';

let empty: Buffer | undefined;

/** A database of the present schema that belongs to no box yet. */
export function emptyDatabase(): Buffer {
  empty ??= makeEmptyDatabase();
  return empty;
}

function makeEmptyDatabase(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-schema-'));
  try {
    const db = openForWriting(folder);
    migrate(db, migrations);
    db.close();
    return readFileSync(databasePath(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function openQuickStore(folder: string, clock: Clock): Promise<Store> {
  if (!existsSync(databasePath(folder))) writeFileSync(databasePath(folder), emptyDatabase(), { mode: 0o600 });
  return openStore({ folder, clock, random: systemRandom, log: silentLog, thread: sameThread });
}
