/** Programs that live no longer than the box does. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Clock } from '../xmpp/clock.ts';

/** Of util-linux, which every Debian has. */
const SETPRIV = '/usr/bin/setpriv';

/** The first program of this name in the folders of `path` ($PATH), or undefined. */
export function findProgram(name: string, path: string): string | undefined {
  const places = path.split(delimiter).filter((folder) => folder !== '');
  return places.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** The command that starts it so that the kernel ends it when its parent is gone, kill -9 included (prctl PR_SET_PDEATHSIG). */
export function boundToParent(program: string, args: readonly string[]): [string, string[]] {
  return existsSync(SETPRIV) ? [SETPRIV, ['--pdeathsig', 'KILL', program, ...args]] : [program, [...args]];
}

/**
 * Where there is no setpriv, one of another life of the box may still be there: ends the process of the file, if it is what it was
 * and not one that got its number since.
 */
export function endOrphan(pidFile: string, mark: string): void {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim());
    if (pid > 1 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(mark))
      process.kill(pid, 'SIGKILL');
  } catch {
    // No file, no such process: nothing to end.
  }
}

/** SIGTERM, and SIGKILL for one that is still there after so long. Resolves when it is gone; at once where there is none. */
export async function endChild(child: ChildProcess | undefined, clock: Clock, patienceMs: number): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill('SIGTERM');
  const patience = clock.after(patienceMs, () => child.kill('SIGKILL'));
  await gone;
  patience.cancel();
}
