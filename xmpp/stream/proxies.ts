/** The proxies that the owner put before the box, and whom they say that they stand for. */
import { BlockList, isIP, type Socket } from 'node:net';
import { plainAddress } from './addresses.ts';
import { readProxyHeader } from './proxy-header.ts';

export class TrustedProxies {
  readonly #trusted = new BlockList();

  /** @param places addresses and ranges: `127.0.0.1`, `10.0.0.0/8`, `2001:db8::/32` @throws Error for one that is neither */
  constructor(places: readonly string[]) {
    for (const place of places) {
      const { address, prefix, family } = readPlace(place);
      this.#trusted.addSubnet(address, prefix, family);
    }
  }

  has(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }
}

export function isPlace(place: string): boolean {
  try {
    return readPlace(place).address !== '';
  } catch {
    return false;
  }
}

/** @throws Error */
function readPlace(place: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } {
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(place) ?? [];
  const version = isIP(address);
  const longest = version === 6 ? 128 : 32;
  const prefix = bits === undefined ? longest : Number(bits);
  if (version === 0 || prefix > longest) throw new Error(`${place} is no address and no range of addresses`);
  return { address, prefix, family: version === 6 ? 'ipv6' : 'ipv4' };
}

/**
 * Reads the PROXY header and leaves what follows it in the socket's buffer; the socket is paused then. Resolves with the client's
 * address, or with the proxy's own where it speaks for itself. Sets no time for it.
 * @throws Error where there is no header that can be read, or the connection ends
 */
export function addressBehind(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let data = Buffer.alloc(0);
    const gone = () => reject(new Error('it ended within the PROXY header'));
    const settle = () => socket.off('data', read).off('close', gone).pause();
    const read = (chunk: Buffer) => {
      data = Buffer.concat([data, chunk]);
      try {
        const header = readProxyHeader(data);
        if (!header) return;
        settle();
        if (header.bytes < data.length) socket.unshift(data.subarray(header.bytes));
        resolve(header.source ?? plainAddress(socket.remoteAddress ?? ''));
      } catch (error) {
        settle();
        reject(error);
      }
    };
    socket.on('data', read).once('close', gone);
  });
}
