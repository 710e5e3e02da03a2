/** Servers at onion addresses: known to tor alone, which the box asks by its SOCKS proxy and nobody else (RFC 7686 section 2). */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { connectThrough, ProxyRefusal } from '../socks5/client.ts';
import { PeerFailure } from './failure.ts';

/** A circuit of six relays is built for it, and where it leads to has to be looked up before. */
const TIMEOUT_MS = 45_000;

/** Version 3: a public key, its checksum and the version in base32; names before it are the service's own. */
const ADDRESS = /^(?:[a-z0-9-]+\.)*[a-z2-7]{56}\.onion$/;

/** What is no address that tor could know is an onion address as well: no DNS may be asked for it. */
export const isOnion = (host: string): boolean => /(?:^|\.)onion\.?$/i.test(host);

export interface OnionPlace {
  /** Lower case. */
  host: string;
  port: number;
  /** Whose server it is. Streams to others take other circuits, so that nobody on their way sees that they come from one box. */
  domain: string;
}

/** @param proxy the unix socket of tor's SOCKS proxy @throws PeerFailure */
export async function dialOnion(proxy: string, { host, port, domain }: OnionPlace, clock: Clock): Promise<Socket> {
  const fail = (reason: string, lasting = false) =>
    new PeerFailure(`${host} port ${port}: ${reason}`, { kind: lasting ? 'unresolved' : 'unconnected', lasting });
  if (!ADDRESS.test(host)) throw fail('that is no onion address', true);
  const socket = connect({ path: proxy });
  let reason: string | undefined;
  const patience = clock.after(TIMEOUT_MS, () => {
    reason = 'nobody answers in time';
    socket.destroy();
  });
  // It stays: what goes wrong later is told by the socket's end.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect').catch(() => {
      throw new Error('tor does not run here at the moment');
    });
    await connectThrough(socket, { host, port, user: domain });
    return socket;
  } catch (error) {
    socket.destroy();
    if (error instanceof ProxyRefusal) throw fail(wordsOf(error.code), error.code === BAD_ADDRESS);
    throw fail(reason ?? (error as Error).message);
  } finally {
    patience.cancel();
  }
}

/** From here on: what tor says with `ExtendedErrors` (its manual, SocksPort). */
const BAD_ADDRESS = 0xf6;

function wordsOf(code: number): string {
  switch (code) {
    case 5:
      return 'nothing listens there';
    case 0xf0:
      return 'tor knows of nobody at this address now';
    case 0xf2:
    case 0xf3:
    case 0xf7:
      return 'tor finds no way there';
    case 0xf4:
    case 0xf5:
      return 'it lets in only whom it knows';
    case BAD_ADDRESS:
      return 'that is no onion address';
    default:
      return `tor did not get there (${code})`;
  }
}
