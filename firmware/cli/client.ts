/** Asks the running box. */
import { setTimeout as wait } from 'node:timers/promises';

import { loadConfig } from '../config.ts';
import { ask, type CommandArguments, controlPath } from '../control.ts';
import { BoxError, reasonOf } from '../errors.ts';
import type { CommonOptions } from './options.ts';

/** How long a box that is starting is waited for. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 200;

/** @throws BoxError not-running, box-silent, or as the box refuses */
export async function askBox<T>(options: CommonOptions, command: string, args: CommandArguments = {}): Promise<T> {
  const { data: folder } = loadConfig({ file: options.config, env: process.env, cwd: process.cwd() });
  try {
    return (await whenReady(() => ask(controlPath(folder, process.cwd()), command, args))) as T;
  } catch (error) {
    if (error instanceof BoxError && error.code === 'box-silent') throw new BoxError('box-silent', { folder });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR')
      throw new BoxError('not-running', { folder });
    if (code === 'EACCES' || code === 'EPERM') throw new BoxError('data-unusable', { folder, reason: reasonOf(error) });
    throw error;
  }
}

async function whenReady(attempt: () => Promise<unknown>): Promise<unknown> {
  for (const endMs = Date.now() + PATIENCE_MS; ; await wait(PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const starting = error instanceof BoxError && error.code === 'box-not-ready';
      if (!starting || Date.now() > endMs) throw error;
    }
  }
}
