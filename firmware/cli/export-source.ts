/** An export on disk (XEP-0227), and the files beside it that it includes (section 5). */
import { createReadStream, realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { ExportSource } from '../../xmpp/portability/reader.ts';

/** @param root the folder that no file may lead out of: who wrote the export is not who reads the files of this machine */
export function exportSource(file: string, root = realpathSync(dirname(file))): ExportSource {
  return {
    bytes: createReadStream(file),
    include(href) {
      if (isAbsolute(href) || URL.canParse(href)) throw new Error(`${href} is not beside it`);
      const included = realpathSync(resolve(dirname(file), decodeURIComponent(href)));
      const path = relative(root, included);
      if (path === '..' || path.startsWith('../') || isAbsolute(path)) throw new Error(`${href} is not beside it`);
      return exportSource(included, root);
    },
  };
}
