/** An HTTP error to a connection that wanted to become something else, and can no longer be answered by node:http. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Refusal {
  status: number;
  /** ASCII, for the person who reads it in a browser's console. */
  text: string;
}

export function refuseUpgrade(socket: Duplex, { status, text }: Refusal): void {
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${text.length + 1}\r\n\r\n${text}\n`,
  );
}
