/** The client's side of SOCKS5: CONNECT by name (RFC 1928), so that nobody but the proxy asks what the name means. */
import type { Socket } from 'node:net';
import { ADDRESS_TYPE, CONNECT, METHOD, VERSION } from './protocol.ts';

/** RFC 1929: one byte tells the length. */
const MAX_WORD_BYTES = 255;
const PASSWORD_VERSION = 1;
const SUCCEEDED = 0;
const ADDRESS_BYTES: Record<number, number> = { [ADDRESS_TYPE.v4]: 4, [ADDRESS_TYPE.v6]: 16 };

export interface ProxyWish {
  /** In A-labels; 255 bytes at most. */
  host: string;
  port: number;
  /** Who asks. What is longer than a name may be is cut off. */
  user: string;
}

/** The proxy said no. */
export class ProxyRefusal extends Error {
  /** RFC 1928 section 6, or what the proxy has beyond it. */
  readonly code: number;

  constructor(code: number) {
    super(`the proxy refused with code ${code}`);
    this.name = 'ProxyRefusal';
    this.code = code;
  }
}

/**
 * Asks the proxy at the other end of this socket for a connection; what comes next on it is the other server's. Sets no time for it.
 * @throws ProxyRefusal @throws Error where the connection ends, or what is there speaks no SOCKS5
 */
export async function connectThrough(socket: Socket, { host, port, user }: ProxyWish): Promise<void> {
  socket.write(Buffer.from([VERSION, 1, METHOD.password]));
  const [, method] = await answer(socket, 2, VERSION);
  if (method !== METHOD.password) throw new Error('the proxy takes no names of those who ask');
  socket.write(Buffer.concat([Buffer.from([PASSWORD_VERSION]), word(user), word('-')]));
  const [, status] = await answer(socket, 2, PASSWORD_VERSION);
  if (status !== SUCCEEDED) throw new Error('the proxy does not let us in');
  const portBytes = Buffer.from([port >> 8, port & 0xff]);
  socket.write(Buffer.concat([Buffer.from([VERSION, CONNECT, 0, ADDRESS_TYPE.name]), word(host), portBytes]));
  const [, code, , type] = await answer(socket, 4, VERSION);
  if (code !== SUCCEEDED) throw new ProxyRefusal(code ?? -1);
  // What it bound is no business of ours, but stands before what is.
  const length = ADDRESS_BYTES[type ?? -1] ?? (await read(socket, 1))[0] ?? 0;
  await read(socket, length + 2);
}

function word(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, MAX_WORD_BYTES);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

async function answer(socket: Socket, count: number, version: number): Promise<Buffer> {
  const bytes = await read(socket, count);
  if (bytes[0] !== version) throw new Error('the proxy speaks no SOCKS5');
  return bytes;
}

/** So many bytes and no more: what follows them stays in the socket. */
function read(socket: Socket, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = () => socket.off('readable', look).off('end', gone).off('close', gone);
    const gone = () => {
      settle();
      reject(new Error('the proxy hung up'));
    };
    const look = () => {
      const bytes: Buffer | null = socket.read(count);
      if (bytes?.length !== count) return;
      settle();
      resolve(bytes);
    };
    socket.on('readable', look).once('end', gone).once('close', gone);
    look();
  });
}
