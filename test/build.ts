/** Before the tests: brings dist/ up to date, which whatever runs as a thread or a process of its own is started from. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export function setup(): void {
  const script = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url));
  // A type error does not stop the tests (tsc writes what it can, and `npm run check` looks for type errors first).
  spawnSync(process.execPath, [script, '--if-needed'], { stdio: 'inherit' });
}
