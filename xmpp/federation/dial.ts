/** Happy eyeballs (RFC 8305 section 5): the addresses of one host, each a little after the one before; the first to answer is it. */
import { connect, type Socket } from 'node:net';
import type { Clock, Timer } from '../clock.ts';
import { PeerFailure } from './failure.ts';

const STAGGER_MS = 250;
const TIMEOUT_MS = 10_000;

/** @throws PeerFailure where none answers. */
export function dial(addresses: readonly string[], port: number, clock: Clock): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const open = new Set<Socket>();
    const left = [...addresses];
    let next: Timer | undefined;
    let reason = 'nobody answers in time';
    const settle = (outcome: () => void) => {
      next?.cancel();
      patience.cancel();
      for (const socket of open) socket.destroy();
      outcome();
    };
    const words = () => `${addresses.join(', ')} port ${port}: ${reason}`;
    const fail = () => settle(() => reject(new PeerFailure(words(), { kind: 'unconnected' })));
    const patience = clock.after(TIMEOUT_MS, fail);
    const attempt = () => {
      next?.cancel();
      const address = left.shift();
      if (address === undefined) {
        if (open.size === 0) fail();
        return;
      }
      next = clock.after(STAGGER_MS, attempt);
      const socket = connect({ host: address, port });
      open.add(socket);
      socket.once('connect', () => {
        open.delete(socket);
        socket.removeAllListeners();
        settle(() => resolve(socket));
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        reason = wordsOf(error);
        if (open.delete(socket)) attempt();
      });
    };
    attempt();
  });
}

function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ETIMEDOUT':
      return 'nobody answers in time';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way there';
    default:
      return message;
  }
}
