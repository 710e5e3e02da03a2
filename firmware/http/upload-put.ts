/** Takes files in, each into its slot, once (XEP-0363 section 7). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../xmpp/clock.ts';
import type { Log } from '../../xmpp/log.ts';
import type { Id } from '../../xmpp/store/model.ts';
import { CommitError } from '../../xmpp/store/store.ts';
import type { Upload } from '../../xmpp/store/upload-model.ts';
import type { UploadFiles } from '../upload-files.ts';
import { refuse } from './upload-answer.ts';
import { CROSS_ORIGIN, essenceOf } from './upload-headers.ts';

/** Without a byte. */
const IDLE_MS = 30_000;
/** At once, from everybody: each is a file that is open. */
const MAX_UPLOADS = 32;

export interface PutContext {
  files: UploadFiles;
  /** Whether this account may still log in and upload. */
  mayUpload(account: Id): boolean;
  clock: Clock;
  log: Log;
}

export class Intake {
  readonly #context: PutContext;
  #running = 0;

  constructor(context: PutContext) {
    this.#context = context;
  }

  async take(slot: Upload | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = this.#refusalOf(slot, request);
    if (!slot || refusal !== undefined)
      return refuse(request, response, refusal ?? 404, refusal === 503 ? { 'Retry-After': '10' } : {});
    const { files, log } = this.#context;
    request.setTimeout(IDLE_MS, () => request.destroy());
    this.#running += 1;
    try {
      await files.take(slot, request);
      response.writeHead(201, { ...CROSS_ORIGIN, 'Content-Length': 0 }).end();
    } catch (error) {
      const status = statusOf(error);
      if (status === undefined) {
        if (!request.destroyed) log.error({ err: error }, 'an upload failed');
        return refuse(request, response, 500);
      }
      if (status === 507) log.warn({ bytes: slot.bytes }, 'no room for an upload');
      return refuse(request, response, status);
    } finally {
      this.#running -= 1;
    }
  }

  /** Undefined where the file may come. */
  #refusalOf(slot: Upload | undefined, { headers }: IncomingMessage): number | undefined {
    const { files, mayUpload, clock } = this.#context;
    if (!slot) return 404;
    if (slot.storedMs !== undefined || files.isComing(slot.id)) return 409;
    if (!mayUpload(slot.account)) return 403;
    if (slot.expiresMs <= clock.nowMs()) return 410;
    // RFC 9110 section 14.5.
    if (headers['content-range'] !== undefined) return 400;
    if (headers['content-encoding'] !== undefined) return 415;
    const length = headers['content-length'];
    if (length === undefined) return 411;
    if (Number(length) !== slot.bytes) return Number(length) > slot.bytes ? 413 : 400;
    const type = headers['content-type'];
    if (slot.type !== '' && type !== undefined && essenceOf(type) !== essenceOf(slot.type)) return 415;
    if (files.roomBytes() < slot.bytes) return 507;
    return this.#running < MAX_UPLOADS ? undefined : 503;
  }
}

/** Undefined for a cut connection and for faults of our own. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof CommitError) return error.code === 'CONFLICT' ? 409 : 507;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' ? 507 : undefined;
}
