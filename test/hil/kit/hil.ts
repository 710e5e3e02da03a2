import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe } from 'vitest';

/** Tests that need boards. Where none can be made they are skipped, and that is said aloud; in CI they fail. */
export function describeHil(name: string, tests: () => void): void {
  const missing = whyNoBoards();
  if (missing === undefined || process.env.CI === 'true') {
    describe(name, tests);
    return;
  }
  console.warn(`\nSKIPPED: ${name}: ${missing}. Run: sudo npx vitest run --project hil\n`);
  describe.skip(name, tests);
}

function whyNoBoards(): string | undefined {
  if (!existsSync('/dev/fuse')) return 'this machine has no /dev/fuse';
  if (process.getuid?.() !== 0) return 'only root may mount the emulated hardware';
  const { status } = spawnSync('unshare', ['--mount', 'true']);
  return status === 0 ? undefined : 'this machine lets nobody mount (unshare --mount failed)';
}
