/** Refusals of the upload server: a status, a line of text, and a connection that ends without cutting the answer off. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { CROSS_ORIGIN } from './upload-headers.ts';

/** A client that is still sending sees the answer only if somebody reads on for a while (RFC 9112 section 9.6). */
const LINGER_MS = 3_000;

export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const unread = !request.complete && (request.method === 'PUT' || request.headers['content-length'] !== undefined);
  const text = request.method === 'HEAD' ? '' : `${status} ${STATUS_CODES[status]}\n`;
  response.writeHead(status, {
    ...CROSS_ORIGIN,
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': text.length,
    'Cache-Control': 'no-store',
    ...(unread && { Connection: 'close' }),
    ...headers,
  });
  if (!unread) {
    response.end(text);
    return;
  }
  response.write(text);
  const end = () => {
    clearTimeout(patience);
    response.end();
  };
  const patience = setTimeout(end, LINGER_MS).unref();
  request.once('end', end).once('close', end).resume();
}
