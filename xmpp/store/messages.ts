/** What the main thread and the writer thread say to each other. One message carries all that one turn of the event loop made. */
import type { Change } from './changes.ts';

/** A change with its clock reading; origin and seq are the writer's to give. */
export type TimedChange = Change & { hlc: string };

/** The changes of one call of `commit`: all or none of them. */
export type Commit = TimedChange[];

export interface WriterStart {
  folder: string;
  /** The id of the box where it has none yet. */
  newBoxId: string;
}

export type ToWriter =
  /** `mark` is the clock's last reading, kept so that the clock goes on from there after a restart. */
  { kind: 'commits'; commits: Commit[]; mark: string } | { kind: 'close'; mark: string };

export interface Failure {
  /** SQLite's code, CONFLICT (guards.ts) or INVALID (not a change that can be applied). */
  code: string;
  message: string;
}

export type FromWriter =
  | { kind: 'ready'; boxId: string; mark: string }
  | { kind: 'refused'; failure: Failure }
  /** The oldest `count` commits are decided; `failures` by their place among these. */
  | { kind: 'decided'; count: number; failures: Map<number, Failure> }
  /** Before the thread ends, where the disk was too full to fold the WAL in. */
  | { kind: 'unfolded'; failure: Failure };
