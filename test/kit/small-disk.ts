/** A disk that fills: a tmpfs of a given size as the data folder of a box. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';

/**
 * A home for `Box.start` whose `data` is that disk, taken down after the test. Where nobody may mount, the test is skipped, which is
 * said aloud; in CI it fails.
 */
export function smallDisk(context: TestContext, size: string): { home: string; data: string } {
  const home = mkdtempSync(join(tmpdir(), 'casp3r-full-'));
  const data = join(home, 'data');
  mkdirSync(data);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', data]);
  if (mounted.status !== 0) {
    rmSync(home, { recursive: true });
    const why = `a tmpfs cannot be mounted here (root is needed): ${mounted.stderr?.toString().trim()}`;
    if (process.env.CI === 'true') throw new Error(why);
    context.skip(`THE FULL DISK WAS NOT TESTED: ${why}`);
  }
  onTestFinished(() => {
    spawnSync('umount', [data]);
    rmSync(home, { recursive: true });
  });
  return { home, data };
}
