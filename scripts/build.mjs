// Compiles to dist/, and puts the program together in few files (dist/bundle/): finding and reading 1,000 is most of what a start costs
// (docs/decisions/0002). With --if-needed: only when a source file is newer than the last build, so that `npm start` stays quick.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(root, 'dist', 'bundle');
/** Written last. */
const program = join(root, 'dist', 'firmware', 'cli', 'main.js');

/** Native code is loaded from where it was compiled. */
const NATIVE = ['better-sqlite3', 'epoll', 'i2c-bus', 'onoff'];

const newest = (folder) =>
  Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
  );

const isFresh = () => {
  if (!existsSync(join(bundle, 'main.js'))) return false;
  const built = statSync(program).mtimeMs;
  const sources = ['firmware', 'drivers', 'xmpp', 'ui', 'types'].map((name) => newest(join(root, name)));
  return Math.max(...sources, statSync(join(root, 'tsconfig.build.json')).mtimeMs) <= built;
};

async function putTogether() {
  const build = await rolldown({
    // The thread's program stands beside what starts it (xmpp/store/compiled.ts).
    input: {
      main: join(root, 'firmware', 'cli', 'main.ts'),
      'writer-thread': join(root, 'xmpp', 'store', 'writer-thread.ts'),
    },
    platform: 'node',
    external: NATIVE,
  });
  await build.write({
    dir: bundle,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  });
  await build.close();
  writeFileSync(program, "#!/usr/bin/env node\nimport '../../bundle/main.js';\n");
}

if (!process.argv.includes('--if-needed') || !isFresh()) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const built = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  if (built.status === 0) await putTogether();
  else process.exitCode = built.status ?? 1;
}
