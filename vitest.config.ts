import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * One project a tier. `unit` runs in `npm run check`; the others start the compiled product (dist/) as a process of its own.
 */
const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, environment: 'node' as const, ...extra },
});

/** What the `hil` tests run on: boards of their own making, an arm64 machine in QEMU, or the Raspberry Pi they are started on. */
const hardware = process.env.CASP3R_HIL ?? 'boards';

/** These wait more than they work, so two of them go on side by side. */
const HOSTILE = ['test/faults/federation.test.ts', 'test/faults/hostile*.test.ts'];

const whole = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    globalSetup: ['test/build.ts'],
    // Most of a unit test's time is the disk's; of two cores vitest would use one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    passWithNoTests: true,
    projects: [
      // Loading the program anew for each of 170 files would take longer than their tests. Nothing in it is kept outside of objects but
      // caches, and what a test changes of the process it puts back.
      project('unit', ['test/{xmpp,drivers,ui,firmware,architecture,kit}/**/*.test.ts'], {
        isolate: false,
        testTimeout: 30_000,
        hookTimeout: 30_000,
      }),
      project('box', ['test/box/**/*.test.ts'], whole),
      project('talk', ['test/talk/**/*.test.ts'], whole),
      // Each file has programs, ports and addresses of its own, and waits for the programs more than it works.
      project('interop', ['test/interop/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 120_000 }),
      project('compliance', ['test/compliance/**/*.test.ts'], whole),
      project('browser', ['test/browser/**/*.test.ts'], { ...whole, fileParallelism: false }),
      project('hil', [`test/hil/${hardware}/**/*.test.ts`], {
        ...whole,
        hookTimeout: hardware === 'vm' ? 600_000 : whole.hookTimeout,
        fileParallelism: false,
      }),
      project('faults', ['test/faults/**/*.test.ts'], {
        ...whole,
        testTimeout: 300_000,
        fileParallelism: false,
        exclude: HOSTILE,
      }),
      project('hostile', HOSTILE, { ...whole, testTimeout: 300_000 }),
    ],
  },
});
