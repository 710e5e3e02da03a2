/** The main thread's end of the journal: it gathers, stamps with the clock, posts, and tells each caller in the order of calls. */
import { type EventEmitter, once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Log } from '../log.ts';
import type { Change } from './changes.ts';
import { writerProgram } from './compiled.ts';
import type { HybridClock } from './hlc.ts';
import type { Commit, Failure, FromWriter, ToWriter, WriterStart } from './messages.ts';
import { StoreOpenError } from './open-error.ts';
import { CommitError, type Journal } from './store.ts';

interface Waiting {
  changes: Change[];
  resolve(): void;
  reject(error: CommitError): void;
}

/** What the journal needs of a `Worker`: it tells 'message', 'error' and 'exit'. */
export type Thread = EventEmitter & { postMessage(message: ToWriter): void };

/** A thread that has opened the store, with who the box is and the last reading of its clock. */
export interface Writer {
  worker: Thread;
  boxId: string;
  mark: string;
}

/** Starts the writer thread, which makes, locks and migrates the database. Rejects with StoreOpenError. */
export async function startWriter(start: WriterStart, thread: (start: WriterStart) => Thread): Promise<Writer> {
  const worker = thread(start);
  // Listened for from the start: a thread that refuses may have ended by the time its message is looked at.
  const ended = exitOf(worker);
  const [message] = (await once(worker, 'message')) as [FromWriter];
  if (message.kind === 'ready') return { worker, boxId: message.boxId, mark: message.mark };
  await ended;
  if (message.kind === 'refused') throw new StoreOpenError(message.failure.code, message.failure.message);
  throw new StoreOpenError('DAMAGED', 'the writer thread did not open the store');
}

export function writerThread(start: WriterStart): Thread {
  return new Worker(writerProgram(), { workerData: start, name: 'casp3r-writer' });
}

function exitOf(worker: Thread): Promise<void> {
  return new Promise((resolve) => worker.once('exit', () => resolve()));
}

export class WriterJournal implements Journal {
  readonly #worker: Thread;
  readonly #clock: HybridClock;
  readonly #log: Log;
  readonly #written: (changes: Change[]) => void;
  /** Given, not yet posted: what this turn of the event loop has gathered. */
  #gathered: Commit[] = [];
  readonly #waiting: Waiting[] = [];
  /** Why nothing more is taken. */
  #ended: Failure | undefined;
  #failing = false;

  /** `written` hears of the changes of each commit once they are on disk, before its caller does. */
  constructor(worker: Thread, clock: HybridClock, log: Log, written: (changes: Change[]) => void) {
    this.#worker = worker;
    this.#clock = clock;
    this.#log = log;
    this.#written = written;
  }

  start(): void {
    this.#worker.on('message', (message: FromWriter) => {
      if (message.kind === 'decided') this.#decide(message.count, message.failures);
      if (message.kind === 'unfolded') this.#log.warn({ ...message.failure }, 'the WAL stays beside the database');
    });
    this.#worker.on('error', (error) => {
      this.#log.error({ err: error }, 'the writer thread broke');
      this.#end({ code: 'WRITER_GONE', message: 'the writer thread broke' });
    });
    this.#worker.on('exit', () => this.#end({ code: 'WRITER_GONE', message: 'the writer thread ended' }));
  }

  commit(...changes: Change[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(new CommitError(this.#ended.code, this.#ended.message));
        return;
      }
      if (this.#gathered.length === 0) setImmediate(() => this.#post());
      this.#gathered.push(changes.map((change) => ({ ...change, hlc: this.#clock.tick() })));
      this.#waiting.push({ changes, resolve, reject });
    });
  }

  /** Writes what was given and ends the thread. */
  async stop(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#post();
    this.#ended = { code: 'CLOSED', message: 'the store is closed' };
    const ended = exitOf(this.#worker);
    this.#worker.postMessage({ kind: 'close', mark: this.#clock.mark } satisfies ToWriter);
    await ended;
  }

  #post(): void {
    if (this.#gathered.length === 0) return;
    const commits = this.#gathered;
    this.#gathered = [];
    this.#worker.postMessage({ kind: 'commits', commits, mark: this.#clock.mark } satisfies ToWriter);
  }

  #decide(count: number, failures: Map<number, Failure>): void {
    for (const [index, waiting] of this.#waiting.splice(0, count).entries()) {
      const failure = failures.get(index);
      if (failure === undefined) {
        this.#written(waiting.changes);
        waiting.resolve();
      } else waiting.reject(new CommitError(failure.code, failure.message));
    }
    this.#watchDisk([...failures.values()].find((failure) => failure.code.startsWith('SQLITE_')));
  }

  /** One line when the disk begins to fail and one when it is well again, not one a commit. */
  #watchDisk(failure: Failure | undefined): void {
    if (failure !== undefined && !this.#failing) this.#log.error({ ...failure }, 'changes cannot be written');
    if (failure === undefined && this.#failing) this.#log.info({}, 'changes are written again');
    this.#failing = failure !== undefined;
  }

  #end(failure: Failure): void {
    this.#ended ??= failure;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new CommitError(failure.code, failure.message));
  }
}
