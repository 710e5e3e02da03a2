/** Gives files out: whole, by ranges, or just what is known of them. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Upload } from '../../xmpp/store/upload-model.ts';
import type { UploadFiles } from '../upload-files.ts';
import { readRange } from './byte-range.ts';
import { refuse } from './upload-answer.ts';
import { downloadHeaders } from './upload-headers.ts';

/** A reader who takes nothing for so long has left. */
const IDLE_MS = 60_000;

export async function giveOut(
  files: UploadFiles,
  upload: Upload | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (upload?.storedMs === undefined) return refuse(request, response, 404);
  const path = files.path(upload);
  const size = await sizeOf(path);
  if (size !== upload.bytes) return refuse(request, response, 404);
  const headers = downloadHeaders(upload);
  const { range: asked, 'if-range': condition, 'if-none-match': known } = request.headers;
  if (known !== undefined && isNamed(known, headers.ETag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const isGet = request.method === 'GET';
  const range = isGet && (condition === undefined || condition === headers.ETag) ? readRange(asked, size) : undefined;
  if (range === 'unsatisfiable') return refuse(request, response, 416, { 'Content-Range': `bytes */${size}` });
  const { first, last } = range ?? { first: 0, last: size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'Content-Length': last - first + 1,
    ...(range && { 'Content-Range': `bytes ${first}-${last}/${size}` }),
  });
  if (!isGet || size === 0) {
    response.end();
    return;
  }
  response.setTimeout(IDLE_MS, () => response.destroy());
  await pipeline(createReadStream(path, { start: first, end: last }), response);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

function isNamed(header: string, etag: string | undefined): boolean {
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*');
}
