/** Takes a box back to the day it was unpacked. */
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Log } from '../xmpp/log.ts';
import { reasonOf } from './errors.ts';

/** In the data folder: when the box was reset. It is all that a reset leaves there. */
export const RESET_LOG = 'factory-reset.log';

const BEGUN = 'factory reset begun';
const DONE = 'factory reset done';

export interface EraseOptions {
  /** The data folder of a box that has stopped. */
  folder: string;
  /** Files that stay: the configuration, where somebody has put it into the data folder; the socket of a box that starts. */
  keep: readonly string[];
  nowMs: () => number;
  log: Log;
}

/** Removes what is in the folder. What cannot be removed is logged, and the reset counts as not done. */
export function eraseData({ folder, keep, nowMs, log }: EraseOptions): void {
  note(folder, nowMs(), BEGUN);
  const kept = [RESET_LOG, ...keep.map((file) => relative(folder, file).split(sep)[0])];
  let left = 0;
  for (const name of readdirSync(folder).filter((each) => !kept.includes(each))) {
    try {
      rmSync(join(folder, name), { recursive: true });
    } catch (error) {
      left += 1;
      log.error({ name, reason: reasonOf(error) }, 'a factory reset could not remove this');
    }
  }
  if (left === 0) note(folder, nowMs(), DONE);
}

/** Whether the power went away in the middle of one. */
export function resetIsUnfinished(folder: string): boolean {
  try {
    return readFileSync(join(folder, RESET_LOG), 'utf8').trimEnd().endsWith(BEGUN);
  } catch {
    return false;
  }
}

function note(folder: string, nowMs: number, what: string): void {
  const file = join(folder, RESET_LOG);
  appendFileSync(file, `${new Date(nowMs).toISOString()} ${what}\n`, { mode: 0o600, flush: true });
}
