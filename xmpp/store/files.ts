/** The files of a store in the data folder. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { StoreOpenError } from './open-error.ts';
import { Sqlite, sqliteCode } from './sqlite.ts';

export function databasePath(folder: string): string {
  return join(folder, 'casp3r.db');
}

/** How long a statement waits for another process that reads or backs up the same file. */
const busyMs = 5000;

/**
 * Makes the folder for the owner alone, and the store this process's alone until the returned lock is closed; StoreOpenError
 * 'IN_USE' while another one has it.
 */
export function lockFolder(folder: string): Sqlite {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'casp3r.lock');
  makePrivate(path);
  const lock = new Sqlite(path, { readonly: false, busyMs: 0 });
  try {
    // The kernel holds this lock for the process and drops it with the process, however that ends; a pid in a file would outlive it.
    lock.run('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (sqliteCode(error) !== 'SQLITE_BUSY') throw error;
    throw new StoreOpenError('IN_USE', `the data folder ${folder} is in use by another running CASP3R`);
  }
}

/** The one connection that writes: what it commits is on the disk (WAL with a sync at each commit). */
export function openForWriting(folder: string): Sqlite {
  const path = databasePath(folder);
  makePrivate(path);
  const db = new Sqlite(path, { readonly: false, busyMs });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  return db;
}

export function openForReading(folder: string): Sqlite {
  return new Sqlite(databasePath(folder), { readonly: true, busyMs });
}

/** SQLite gives its -wal and -shm files the mode of the database. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}
