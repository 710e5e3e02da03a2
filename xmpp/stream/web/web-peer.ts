/** Who is at the other end of an HTTP request: the connection's own peer, or whom a reverse proxy speaks for. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback, plainAddress } from '../addresses.ts';

export interface WebPeer {
  address: string;
  /** TLS, here or at the proxy. */
  secure: boolean;
}

/** Headers are believed of proxies on this machine only: anyone else could write them as well. */
export function webPeer(request: IncomingMessage): WebPeer {
  const address = plainAddress(request.socket.remoteAddress ?? '');
  const encrypted = 'encrypted' in request.socket;
  if (!isLoopback(address)) return { address, secure: encrypted };
  return {
    address: lastOf(request.headers['x-forwarded-for'], (part) => isIP(part) !== 0) ?? address,
    secure: encrypted || lastOf(request.headers['x-forwarded-proto'], () => true) === 'https',
  };
}

/** What the nearest proxy added: what stands before it may be the client's own invention. */
function lastOf(header: string | string[] | undefined, isUsable: (part: string) => boolean): string | undefined {
  const last =
    String(header ?? '')
      .split(',')
      .at(-1)
      ?.trim() ?? '';
  return last !== '' && isUsable(last) ? plainAddress(last) : undefined;
}
