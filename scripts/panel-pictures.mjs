// Makes the pictures of docs/panel.md and the golden ones of the tests, with the program's own render. Look at each before committing it.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const done = spawnSync('npx', ['vitest', 'run', '--project', 'unit', 'test/ui/panel/golden.test.ts'], {
  cwd: dirname(dirname(fileURLToPath(import.meta.url))),
  env: { ...process.env, UPDATE_GOLDEN: '1' },
  stdio: 'inherit',
});
process.exitCode = done.status ?? 1;
