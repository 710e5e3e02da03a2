/** Opens a TCP port. */
import type { AddressInfo, Server } from 'node:net';
import type { Log } from '../log.ts';

export interface ListenOptions {
  /** For logs: `c2s`, `proxy`. */
  name: string;
  /** `::` takes IPv4 as well. */
  address: string;
  /** 0 lets the system choose one. */
  port: number;
  /** Connections that may wait to be accepted. */
  backlog?: number;
  log: Log;
}

/** Resolves with the port that it listens on. Rejects where the address cannot be had. What fails later is logged. */
export async function listen(server: Server, { name, address, port, backlog, log }: ListenOptions): Promise<number> {
  const at = (host: string) => ({ host, port, ipv6Only: false, ...(backlog !== undefined && { backlog }) });
  await open(server, at(address)).catch((error: unknown) => {
    // A kernel without IPv6 does not know the address that takes both.
    if (address !== '::' || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
    return open(server, at('0.0.0.0'));
  });
  server.on('error', (error) => log.error({ listener: name, error: error.message }, 'a listener failed'));
  return (server.address() as AddressInfo).port;
}

function open(server: Server, place: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
