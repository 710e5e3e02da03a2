import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StoreOpenError } from './open-error.ts';

/**
 * Where the writer thread's program is: beside this file when this is dist/, and in dist/ when the sources run (vitest), because
 * Node 20 cannot load TypeScript into a thread.
 */
export function writerProgram(): URL {
  if (import.meta.url.endsWith('.js')) return new URL('./writer-thread.js', import.meta.url);
  const compiled = new URL('../../dist/bundle/writer-thread.js', import.meta.url);
  if (existsSync(compiled)) return compiled;
  throw new StoreOpenError('UNBUILT', `${fileURLToPath(compiled)} is missing: run npm run build first`);
}
