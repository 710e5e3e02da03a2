/** The whole of a request's content, within limits of bytes and time. */
import type { IncomingMessage } from 'node:http';

const READ_MS = 20_000;

/**
 * Undefined where the connection ended before. Of a request that is too long the rest is not read.
 * @param maxBytes what anyone may send; 0 for no limit
 * @param limitOf what this one may send, by what it has sent so far; asked once there is more than `maxBytes`
 */
export function readRequest(
  request: IncomingMessage,
  maxBytes: number,
  limitOf: (begun: Buffer) => number,
): Promise<Buffer | 'too long' | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let limit = maxBytes;
    const patience = setTimeout(() => request.destroy(), READ_MS).unref();
    const settle = (result: Buffer | 'too long' | undefined) => {
      clearTimeout(patience);
      request.off('data', take).off('end', whole).off('close', gone);
      resolve(result);
    };
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (limit === 0 || bytes <= limit) return;
      if (limit === maxBytes) limit = limitOf(Buffer.concat(chunks));
      if (limit !== 0 && bytes > limit) {
        request.pause();
        settle('too long');
      }
    };
    const whole = () => settle(Buffer.concat(chunks));
    const gone = () => settle(undefined);
    request.on('data', take).once('end', whole).once('close', gone);
    request.on('error', () => undefined);
  });
}
