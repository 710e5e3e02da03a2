/**
 * Uploaded files on the disk: `uploads/` in the data folder, each file named by its id, the store knowing what it is. A file that
 * is not whole has another name, and one that the store does not know is nobody's; both go at the next start.
 */
import { statfsSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../xmpp/clock.ts';
import type { Log } from '../xmpp/log.ts';
import { change } from '../xmpp/store/changes.ts';
import type { Store } from '../xmpp/store/store.ts';
import type { Upload, UploadSlot } from '../xmpp/store/upload-model.ts';
import { leavesAtMs } from '../xmpp/uploads/lifetime.ts';
import { BoxError, reasonOf } from './errors.ts';

/** Files leave that much to the messages. */
const RESERVE_BYTES = 16 * 1024 * 1024;
const DAY_MS = 86_400_000;
const DRAFT = '.part';

export interface UploadFilesOptions {
  folder: string;
  store: Store;
  clock: Clock;
  log: Log;
  /** How long files of messages are kept; 0 for as long as the account. */
  days: number;
}

export class UploadFiles {
  readonly #options: UploadFilesOptions;
  /** Files that are on their way in, by id. */
  readonly #coming = new Set<string>();
  readonly #takings = new Set<Promise<void>>();
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: UploadFilesOptions) {
    this.#options = options;
  }

  /** @throws BoxError data-unusable */
  async start(): Promise<void> {
    const { folder } = this.#options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
      await this.#sweep();
    } catch (error) {
      throw new BoxError('data-unusable', { folder, reason: reasonOf(error) });
    }
  }

  /** Bytes that the disk can still take. */
  roomBytes(): number {
    const { bavail, bsize } = statfsSync(this.#options.folder);
    return Math.max(0, bavail * bsize - RESERVE_BYTES);
  }

  isComing(id: string): boolean {
    return this.#coming.has(id);
  }

  /** A slot or a file that is there now; what is over is not there, whether it has been removed yet or not. */
  find(id: string): Upload | undefined {
    const { store, clock, days } = this.#options;
    const upload = store.uploads.find(id);
    if (!upload || (upload.storedMs !== undefined && leavesAtMs(upload, days) <= clock.nowMs())) return undefined;
    return upload;
  }

  path({ id }: UploadSlot): string {
    return join(this.#options.folder, id);
  }

  /**
   * Takes in the file of a slot. Resolves once it is whole, on the disk and known to the store; where it rejects, nothing is left
   * of it: with what the source or the disk says, with CommitError (CONFLICT: the slot was used or removed meanwhile).
   */
  take(slot: UploadSlot, source: Readable): Promise<void> {
    const taking = this.#take(slot, source);
    this.#takings.add(taking);
    return taking.finally(() => this.#takings.delete(taking));
  }

  async #take(slot: UploadSlot, source: Readable): Promise<void> {
    const { folder, store, clock } = this.#options;
    const path = this.path(slot);
    const draft = `${path}${DRAFT}`;
    this.#coming.add(slot.id);
    try {
      await write(draft, source, slot.bytes);
      await rename(draft, path);
      await syncFolder(folder);
      const { account, id } = slot;
      await store.journal.commit(change('upload stored', { account, id, atMs: clock.nowMs() }));
    } catch (error) {
      await rm(draft, { force: true });
      if (store.uploads.find(slot.id)?.storedMs === undefined) await rm(path, { force: true });
      throw error;
    } finally {
      this.#coming.delete(slot.id);
    }
  }

  /** Slots and files whose time is over. */
  async removeOld(): Promise<void> {
    const { store, clock, days, log } = this.#options;
    const nowMs = clock.nowMs();
    const over = store.uploads
      .over(nowMs, days === 0 ? 0 : nowMs - days * DAY_MS)
      .filter(({ id }) => !this.#coming.has(id));
    for (const upload of over) {
      const { account, id } = upload;
      await store.journal.commit(change('upload removed', { account, id }));
      await rm(this.path(upload), { force: true });
    }
    if (over.length > 0) log.info({ count: over.length }, 'removed old uploads');
    await this.#sweep();
  }

  /** Takes away what the store no longer knows. */
  sweepSoon(): void {
    const { log } = this.#options;
    this.#sweeping = this.#sweeping
      .then(() => this.#sweep())
      .catch((error: unknown) => log.error({ err: error }, 'uploaded files could not be removed'));
  }

  /** Resolves when nothing is on its way in any more, and what `sweepSoon` began is done. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#takings);
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { folder, store } = this.#options;
    for (const name of await readdir(folder)) {
      const id = name.endsWith(DRAFT) ? name.slice(0, -DRAFT.length) : name;
      if (this.#coming.has(id)) continue;
      if (name === id && store.uploads.find(id)?.storedMs !== undefined) continue;
      await rm(join(folder, name), { force: true, recursive: true });
    }
  }
}

/** A source that ends early or goes on for too long is an error, and so is a disk that does not take the bytes for good. */
async function write(path: string, source: Readable, bytes: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    let count = 0;
    await pipeline(source, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        count += chunk.length;
        if (count > bytes) throw new LengthError();
        await writeAll(file, chunk);
      }
    });
    if (count !== bytes) throw new LengthError();
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Buffer): Promise<void> {
  let written = 0;
  while (written < chunk.length) written += (await file.write(chunk, written)).bytesWritten;
}

/** The name is on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What came is not as long as what the slot was for. */
class LengthError extends Error {
  constructor() {
    super('the file has another length than its slot');
    this.name = 'LengthError';
  }
}
