/**
 * A file system served by this process over /dev/fuse, with no native code: other processes see folders, files that are
 * polled, and character-like files with ioctls, and reach them through the kernel's own paths. This process must never
 * open a file in it itself.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, read, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ERRNO, Errno } from './errno.ts';
import * as wire from './fuse-wire.ts';

/** A model answers by value, or throws Errno. */
export interface OpenFile {
  read?(length: number, offset: number): Uint8Array | Promise<Uint8Array>;
  write?(bytes: Buffer): void | Promise<void>;
  /** Of those whose argument is a number, not a pointer. */
  ioctl?(request: number, argument: bigint): number;
  /** Events of poll(2) that are so now. */
  poll?(): number;
}

export interface FileNode {
  open(): OpenFile;
}

export interface FolderNode {
  list(): string[];
  child(name: string): FileNode | FolderNode | undefined;
}

const MESSAGE_BYTES = 160 * 1024;
export const POLL = { in: 0x1, pri: 0x2, out: 0x4, err: 0x8, hup: 0x10 } as const;
const POLL_SCHEDULE_NOTIFY = 1;

export class FuseMount {
  readonly folder: string;
  readonly #root: FolderNode;
  #descriptor = -1;
  readonly #ids = new Map<string, bigint>([['', 1n]]);
  readonly #paths = new Map<bigint, string>([[1n, '']]);
  readonly #files = new Map<bigint, { path: string; node: FileNode; file: OpenFile }>();
  readonly #pollers = new Map<string, Set<bigint>>();
  #nextHandle = 1n;

  constructor(root: FolderNode) {
    this.#root = root;
    this.folder = mkdtempSync(join(tmpdir(), 'casp3r-hil-'));
  }

  mount(): void {
    this.#descriptor = openSync('/dev/fuse', 'r+');
    const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other';
    execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, 'casp3r-hil', this.folder], {
      stdio: ['ignore', 'inherit', 'inherit', this.#descriptor],
    });
    this.#serve();
  }

  unmount(): void {
    // Lazy and by force: a process that still holds a file open must not keep the tests from ending.
    spawnSync('umount', ['-f', '-l', this.folder]);
    closeSync(this.#descriptor);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Those who poll this file are to look again. */
  wake(path: string): void {
    const handles = this.#pollers.get(path) ?? [];
    this.#pollers.delete(path);
    for (const handle of handles) this.#send(wire.pollNotice(handle));
  }

  #serve(): void {
    const buffer = Buffer.alloc(MESSAGE_BYTES);
    read(this.#descriptor, buffer, 0, buffer.length, null, (error, length) => {
      // ENOENT is a request that was taken back; anything else is the end of the mount.
      if (error && error.code !== 'ENOENT' && error.code !== 'EINTR') return;
      if (!error) this.#answer(wire.parseRequest(buffer.subarray(0, length)));
      this.#serve();
    });
  }

  #answer(request: wire.Request): void {
    if (request.op === wire.OP.forget || request.op === wire.OP.batchForget || request.op === wire.OP.interrupt) return;
    this.#result(request).then(
      (body) => this.#send(wire.reply(request.unique, 0, body)),
      (error: unknown) => {
        if (!(error instanceof Errno)) console.error('the model of the hardware failed', error);
        this.#send(wire.reply(request.unique, error instanceof Errno ? error.number : ERRNO.EIO));
      },
    );
  }

  #send(message: Buffer): void {
    try {
      writeSync(this.#descriptor, message);
    } catch {
      // Whoever asked has gone, or the mount has.
    }
  }

  async #result({ op, node, body }: wire.Request): Promise<Buffer | undefined> {
    if (op === wire.OP.init) return wire.initReply();
    const path = this.#paths.get(node);
    if (path === undefined) throw new Errno('ENOENT');
    switch (op) {
      case wire.OP.lookup: {
        const child = join(path, body.toString('utf8', 0, body.indexOf(0)));
        return wire.entryReply(this.#id(child), isFolder(this.#find(child)));
      }
      case wire.OP.getattr:
      case wire.OP.setattr:
        return wire.attributesReply(node, isFolder(this.#find(path)));
      case wire.OP.open: {
        const found = this.#find(path);
        if (isFolder(found)) throw new Errno('EIO');
        const handle = this.#nextHandle++;
        this.#files.set(handle, { path, node: found, file: found.open() });
        return wire.openReply(handle);
      }
      case wire.OP.opendir:
        return wire.openReply(0n);
      case wire.OP.readdir: {
        const found = this.#find(path);
        if (!isFolder(found)) throw new Errno('EIO');
        const entries = found.list().map((name) => ({ name, node: this.#id(join(path, name)) }));
        return wire.folderReply(entries, Number(body.readBigUInt64LE(8)));
      }
      case wire.OP.read: {
        const { file } = this.#open(body);
        if (!file.read) throw new Errno('EIO');
        return Buffer.from(await file.read(body.readUInt32LE(16), Number(body.readBigUInt64LE(8))));
      }
      case wire.OP.write: {
        const { file } = this.#open(body);
        if (!file.write) throw new Errno('EIO');
        const length = body.readUInt32LE(16);
        await file.write(Buffer.from(body.subarray(40, 40 + length)));
        return wire.writeReply(length);
      }
      case wire.OP.ioctl: {
        const { file } = this.#open(body);
        if (!file.ioctl) throw new Errno('ENOTTY');
        return wire.ioctlReply(file.ioctl(body.readUInt32LE(12), body.readBigUInt64LE(16)));
      }
      case wire.OP.poll:
        return wire.pollReply(this.#poll(body));
      case wire.OP.release:
        this.#files.delete(body.readBigUInt64LE(0));
        return undefined;
      case wire.OP.releasedir:
      case wire.OP.flush:
      case wire.OP.fsync:
      case wire.OP.access:
        return undefined;
      case wire.OP.statfs:
        return Buffer.alloc(80);
      default:
        throw new Errno('ENOSYS');
    }
  }

  #poll(body: Buffer): number {
    const opened = this.#files.get(body.readBigUInt64LE(0));
    if (!opened) throw new Errno('ENODEV');
    const { path, node, file } = opened;
    if (body.readUInt32LE(16) & POLL_SCHEDULE_NOTIFY) {
      const handles = this.#pollers.get(path) ?? new Set();
      this.#pollers.set(path, handles.add(body.readBigUInt64LE(8)));
    }
    // As the kernel's own file systems report a file whose device is gone.
    if (this.#lookUp(path) !== node) return POLL.in | POLL.out | POLL.pri | POLL.err;
    return file.poll?.() ?? POLL.in | POLL.out;
  }

  /** The open file of a request, whose handle stands first. @throws ENODEV where its device is gone */
  #open(body: Buffer): { file: OpenFile } {
    const opened = this.#files.get(body.readBigUInt64LE(0));
    if (!opened || this.#lookUp(opened.path) !== opened.node) throw new Errno('ENODEV');
    return opened;
  }

  #find(path: string): FileNode | FolderNode {
    const found = this.#lookUp(path);
    if (!found) throw new Errno('ENOENT');
    return found;
  }

  #lookUp(path: string): FileNode | FolderNode | undefined {
    if (path === '') return this.#root;
    const parent = dirname(path);
    const folder = this.#lookUp(parent === '.' ? '' : parent);
    return folder && isFolder(folder) ? folder.child(basename(path)) : undefined;
  }

  #id(path: string): bigint {
    const known = this.#ids.get(path);
    if (known !== undefined) return known;
    const id = BigInt(this.#ids.size + 1);
    this.#ids.set(path, id);
    this.#paths.set(id, path);
    return id;
  }
}

function isFolder(node: FileNode | FolderNode): node is FolderNode {
  return 'list' in node;
}
