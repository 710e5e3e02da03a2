/** Group commit: one transaction, so one wait for the disk, for all commits that are waiting; each stays all or nothing. */
import { applyChange } from './apply/apply.ts';
import type { StampedChange } from './changes.ts';
import { conflictOf } from './guards.ts';
import type { Commit, Failure } from './messages.ts';
import { type Sqlite, sqliteCode } from './sqlite.ts';
import { CommitError } from './store.ts';

/** Who the box is and how many changes it has made. */
export interface Origin {
  readonly boxId: string;
  seq: number;
}

/**
 * Writes the commits in their order and returns those that failed, by their place; all others are on disk. Where the transaction
 * itself breaks (a full disk), each commit is tried in one of its own, so that no commit fails for its neighbour.
 */
export function writeGroup(db: Sqlite, origin: Origin, commits: Commit[], mark: string): Map<number, Failure> {
  const seqBefore = origin.seq;
  try {
    return writeTogether(db, origin, commits, mark);
  } catch (error) {
    if (db.inTransaction) db.script('ROLLBACK');
    origin.seq = seqBefore;
    // A file that another process holds is waited for once, not once a commit.
    if (commits.length <= 1 || sqliteCode(error) === 'SQLITE_BUSY') {
      return new Map(commits.map((_, index) => [index, failureOf(error)]));
    }
  }
  const failures = new Map<number, Failure>();
  for (const [index, commit] of commits.entries()) {
    const failure = writeGroup(db, origin, [commit], mark).get(0);
    if (failure !== undefined) failures.set(index, failure);
  }
  return failures;
}

function writeTogether(db: Sqlite, origin: Origin, commits: Commit[], mark: string): Map<number, Failure> {
  const failures = new Map<number, Failure>();
  db.run('BEGIN IMMEDIATE');
  for (const [index, commit] of commits.entries()) {
    const seqBefore = origin.seq;
    db.run('SAVEPOINT one');
    try {
      for (const change of commit) writeChange(db, origin, change);
    } catch (error) {
      // SQLite has rolled all back by itself: the whole group is to be written again.
      if (!db.inTransaction) throw error;
      failures.set(index, failureOf(error));
      origin.seq = seqBefore;
      db.run('ROLLBACK TO one');
    }
    db.run('RELEASE one');
  }
  db.run('UPDATE box SET seq = ?, hlc = ?', origin.seq, mark);
  db.run('COMMIT');
  return failures;
}

function writeChange(db: Sqlite, origin: Origin, change: Commit[number]): void {
  const conflict = conflictOf(db, change);
  if (conflict !== undefined) throw new CommitError('CONFLICT', conflict);
  applyChange(db, stamp(origin, change));
}

export function stamp(origin: Origin, change: Commit[number]): StampedChange {
  origin.seq += 1;
  return { ...change, origin: origin.boxId, seq: origin.seq };
}

export function failureOf(error: unknown): Failure {
  const code = error instanceof CommitError ? error.code : (sqliteCode(error) ?? 'INVALID');
  return { code, message: error instanceof Error ? error.message : String(error) };
}
