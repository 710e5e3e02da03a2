/** Looks at the port from outside: whether it is free, and whether somebody answers there. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

const MAGIC_COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
const TRY_MS = 250;
const TRIES = 40;

/** coturn shares a port with whoever has it already, and then gets some of the packets. @throws Error where it is taken */
export async function assertFree(port: number, address: string): Promise<void> {
  const socket = socketFor(address);
  try {
    socket.bind({ port, address, exclusive: true });
    await once(socket, 'listening');
  } finally {
    await closed(socket);
  }
}

/** Whether a STUN server (RFC 8489 section 3) answers; asked until `signal` or for ten seconds. */
export async function answersStun(port: number, address: string, signal: AbortSignal): Promise<boolean> {
  const socket = socketFor(address);
  socket.on('error', () => undefined);
  const transaction = randomBytes(12);
  const request = Buffer.alloc(20);
  request.writeUInt16BE(BINDING_REQUEST, 0);
  request.writeUInt32BE(MAGIC_COOKIE, 4);
  transaction.copy(request, 8);
  try {
    for (let count = 0; count < TRIES && !signal.aborted; count += 1) {
      socket.send(request, port, address, () => undefined);
      const wait = AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]);
      const [answer] = (await once(socket, 'message', { signal: wait }).catch(() => [])) as [Buffer?];
      if (answer?.subarray(8, 20).equals(transaction)) return true;
    }
    return false;
  } finally {
    await closed(socket);
  }
}

const socketFor = (address: string) => createSocket(isIPv6(address) ? 'udp6' : 'udp4');

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.close(() => resolve()));
