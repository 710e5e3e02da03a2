/** The program's name and version, from package.json. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const software = { name: 'CASP3R', version: readVersion(dirname(fileURLToPath(import.meta.url))) };

/** package.json is in the folder above the sources, and two above the compiled ones. */
function readVersion(folder: string): string {
  for (const up of ['..', '../..']) {
    try {
      const { version } = JSON.parse(readFileSync(join(folder, up, 'package.json'), 'utf8')) as { version: string };
      return version;
    } catch {
      // Not in this one.
    }
  }
  return '0.0.0';
}
