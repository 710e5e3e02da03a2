import { describe } from 'vitest';
import { whyNoBoards } from './board.ts';

/**
 * Tests that need boards. Where none can be made they are skipped, and that is said aloud; in CI they never are, unless
 * the machine has no FUSE at all.
 */
export function describeHil(name: string, tests: () => void): void {
  const missing = whyNoBoards();
  if (missing === undefined) {
    describe(name, tests);
    return;
  }
  console.warn(
    `\nSKIPPED: ${name}: needs root and /dev/fuse, and there is ${missing}. Run: sudo npx vitest run --project hil\n`,
  );
  describe.skip(name, tests);
}
