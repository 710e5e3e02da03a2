import type { ChangeData, ChangeKind } from '../changes.ts';
import type { Sqlite } from '../sqlite.ts';

/**
 * Writes one change into the database: deterministic, the same when done twice, and without effect where the row was written by
 * a change with a later `hlc`.
 */
export type Applier<K extends ChangeKind> = (db: Sqlite, data: ChangeData[K], hlc: string) => void;

export type Appliers = { [K in ChangeKind]: Applier<K> };

/** How long a tombstone is kept where each one would otherwise stay for ever, one a message or an item. */
export const tombstoneMs = 30 * 24 * 60 * 60 * 1000;
