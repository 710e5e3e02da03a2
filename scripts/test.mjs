// Runs every tier of the tests, cheapest first, and ends with one line that counts them all: `N passed, N failed` (and skipped).
// A tier that could not run at all counts as one failure. Arguments are names of tiers: `node scripts/test.mjs unit talk`.
// `vm` takes minutes, packages and a mirror of Debian: it runs on CI, by its name, and with CASP3R_VM=1.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TIERS = ['unit', 'box', 'talk', 'compliance', 'interop', 'browser', 'hil', 'vm', 'faults', 'hostile'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const folder = mkdtempSync(join(tmpdir(), 'casp3r-results-'));
const asked = process.argv.slice(2);

const unknown = asked.find((tier) => !TIERS.includes(tier));
if (unknown !== undefined) {
  console.error(`There is no tier ${unknown}; there are ${TIERS.join(', ')}.`);
  process.exit(2);
}

function run(tier) {
  console.log(`\n== ${tier}`);
  const results = join(folder, `${tier}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--project', tier === 'vm' ? 'hil' : tier, '--passWithNoTests', ...reporters],
    {
      cwd: root,
      env: tier === 'vm' ? { ...process.env, CASP3R_HIL: 'vm' } : process.env,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  return count(results, status);
}

function count(results, status) {
  try {
    const {
      numPassedTests: passed,
      numFailedTests,
      numPendingTests,
      numTodoTests,
    } = JSON.parse(readFileSync(results, 'utf8'));
    const skipped = numPendingTests + numTodoTests;
    // A file that cannot be loaded, or an error outside of any test, fails the run and no test.
    const failed = status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
    return { passed, failed, skipped };
  } catch {
    return { passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 };
  }
}

const wanted = (tier) => (asked.length > 0 ? asked.includes(tier) : tier !== 'vm' || process.env.CASP3R_VM === '1');

const total = { passed: 0, failed: 0, skipped: 0 };
for (const tier of TIERS.filter(wanted)) {
  const counts = run(tier);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
rmSync(folder, { recursive: true, force: true });

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;
