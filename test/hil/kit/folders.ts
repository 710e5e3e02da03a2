import { Errno } from './errno.ts';
import type { FileNode, FolderNode } from './fuse.ts';

/** A folder whose entries are what `entries` says at the moment. */
export function folder(entries: () => Record<string, FileNode | FolderNode>): FolderNode {
  return { list: () => Object.keys(entries()), child: (name) => entries()[name] };
}

/** A small text, as sysfs shows an attribute; `write` takes what somebody wrote, trimmed. */
export function attribute(text: () => string, write?: (text: string) => void): FileNode {
  return {
    open: () => ({
      read: (length, offset) => Buffer.from(`${text()}\n`).subarray(offset, offset + length),
      write: (bytes) => {
        if (!write) throw new Errno('EACCES');
        write(bytes.toString().trim());
      },
    }),
  };
}
