/** The kernel's side of FUSE as bytes (linux/fuse.h, protocol 7.31, little endian): what this kit needs of it. */

export const OP = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  access: 34,
  interrupt: 36,
  ioctl: 39,
  poll: 40,
  batchForget: 42,
} as const;

export interface Request {
  op: number;
  unique: bigint;
  node: bigint;
  body: Buffer;
}

const IN_HEADER_BYTES = 40;
const OUT_HEADER_BYTES = 16;
const FILE_MODE = 0o100666;
const FOLDER_MODE = 0o40755;
const DIRECT_IO = 1;
const NOTIFY_POLL = 1;

export function parseRequest(message: Buffer): Request {
  return {
    op: message.readUInt32LE(4),
    unique: message.readBigUInt64LE(8),
    node: message.readBigUInt64LE(16),
    body: message.subarray(IN_HEADER_BYTES),
  };
}

export function reply(unique: bigint, errno: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(OUT_HEADER_BYTES);
  header.writeUInt32LE(OUT_HEADER_BYTES + body.length, 0);
  header.writeInt32LE(-errno, 4);
  header.writeBigUInt64LE(unique, 8);
  return Buffer.concat([header, body]);
}

export function initReply(): Buffer {
  const out = Buffer.alloc(64);
  out.writeUInt32LE(7, 0);
  out.writeUInt32LE(31, 4);
  out.writeUInt32LE(65_536, 8); // read ahead
  out.writeUInt16LE(16, 16); // requests in the background
  out.writeUInt16LE(12, 18);
  out.writeUInt32LE(131_072, 20); // longest write
  return out;
}

function writeAttributes(out: Buffer, at: number, node: bigint, folder: boolean): void {
  out.writeBigUInt64LE(node, at);
  out.writeBigUInt64LE(folder ? 0n : 4096n, at + 8);
  out.writeUInt32LE(folder ? FOLDER_MODE : FILE_MODE, at + 60);
  out.writeUInt32LE(1, at + 64);
  out.writeUInt32LE(4096, at + 80);
}

/** Not to be cached: lines come and go. */
export function entryReply(node: bigint, folder: boolean): Buffer {
  const out = Buffer.alloc(128);
  out.writeBigUInt64LE(node, 0);
  writeAttributes(out, 40, node, folder);
  return out;
}

export function attributesReply(node: bigint, folder: boolean): Buffer {
  const out = Buffer.alloc(104);
  writeAttributes(out, 16, node, folder);
  return out;
}

export function openReply(handle: bigint): Buffer {
  const out = Buffer.alloc(16);
  out.writeBigUInt64LE(handle, 0);
  out.writeUInt32LE(DIRECT_IO, 8);
  return out;
}

export function writeReply(length: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeUInt32LE(length, 0);
  return out;
}

export function ioctlReply(result: number): Buffer {
  const out = Buffer.alloc(16);
  out.writeInt32LE(result, 0);
  return out;
}

export function pollReply(events: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeUInt32LE(events, 0);
  return out;
}

/** Tells the kernel to poll the file of this handle again. */
export function pollNotice(kernelHandle: bigint): Buffer {
  const notice = Buffer.alloc(OUT_HEADER_BYTES + 8);
  notice.writeUInt32LE(notice.length, 0);
  notice.writeInt32LE(NOTIFY_POLL, 4);
  notice.writeBigUInt64LE(kernelHandle, OUT_HEADER_BYTES);
  return notice;
}

export function folderReply(entries: readonly { name: string; node: bigint }[], from: number): Buffer {
  const records = entries.slice(from).map(({ name, node }, i) => {
    const text = Buffer.from(name);
    const record = Buffer.alloc(24 + Math.ceil(text.length / 8) * 8);
    record.writeBigUInt64LE(node, 0);
    record.writeBigUInt64LE(BigInt(from + i + 1), 8);
    record.writeUInt32LE(text.length, 16);
    text.copy(record, 24);
    return record;
  });
  return Buffer.concat(records);
}
