/** What the writer thread does: it owns the lock and the one connection that writes. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { lockFolder, openForWriting } from './files.ts';
import { failureOf, type Origin, writeGroup } from './group.ts';
import type { Commit, FromWriter, ToWriter, WriterStart } from './messages.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/migrations.ts';
import { StoreOpenError } from './open-error.ts';
import type { Sqlite } from './sqlite.ts';

function open(start: WriterStart): { db: Sqlite; lock: Sqlite; origin: Origin; mark: string } {
  const lock = lockFolder(start.folder);
  const db = openForWriting(start.folder);
  migrate(db, migrations);
  db.run("INSERT INTO box (one, id, seq, hlc) VALUES (1, ?, 0, '') ON CONFLICT DO NOTHING", start.newBoxId);
  const box = db.get<{ id: string; seq: number; hlc: string }>('SELECT id, seq, hlc FROM box');
  if (box === undefined) throw new StoreOpenError('DAMAGED', 'the database does not know which box it belongs to');
  return { db, lock, origin: { boxId: box.id, seq: box.seq }, mark: box.hlc };
}

function serve(port: MessagePort, { db, lock, origin, mark: kept }: ReturnType<typeof open>): void {
  const reply = (message: FromWriter): void => port.postMessage(message);

  const close = (mark: string): void => {
    try {
      db.run('UPDATE box SET hlc = ?', mark);
      db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // Nothing is lost: the next start reads the WAL.
      reply({ kind: 'unfolded', failure: failureOf(error) });
    }
    db.close();
    lock.close();
    port.close();
  };

  port.on('message', (first: ToWriter) => {
    // All that came while the last group was on its way to the disk goes into this one.
    const commits: Commit[] = [];
    let mark = first.mark;
    let next: ToWriter | undefined = first;
    while (next?.kind === 'commits') {
      for (const commit of next.commits) commits.push(commit);
      mark = next.mark;
      next = receiveMessageOnPort(port)?.message as ToWriter | undefined;
    }
    if (commits.length > 0) {
      reply({ kind: 'decided', count: commits.length, failures: writeGroup(db, origin, commits, mark) });
    }
    if (next?.kind === 'close') close(next.mark);
  });
  reply({ kind: 'ready', boxId: origin.boxId, mark: kept });
}

/** Opens the store and writes what comes through the port, until it is told to close. */
export function write(port: MessagePort, start: WriterStart): void {
  try {
    serve(port, open(start));
  } catch (error) {
    const failure = error instanceof StoreOpenError ? { code: error.code, message: error.message } : failureOf(error);
    port.postMessage({ kind: 'refused', failure } satisfies FromWriter);
    port.close();
  }
}
