import { closeSync, constants, openSync, readSync } from 'node:fs';
import { decodeInputEvents, type InputEvent, RECORD_BYTES } from './input-event.ts';

export interface InputDeviceEvents {
  event(event: InputEvent): void;
  /** The device is gone. It is to be closed. */
  failed(error: unknown): void;
}

/** Opens /dev/input/eventN. Throws with a `code` where the kernel turns it down. */
export type OpenInputDevice = (path: string, events: InputDeviceEvents) => { close(): void };

const RECORDS_AT_ONCE = 64;

/**
 * Waits for input devices through the npm package epoll, which comes with onoff: Node itself can only wait for a
 * character device with a thread of its pool, which others need. Rejects with a line that says so where it is missing.
 */
export async function epollInputDevices(): Promise<OpenInputDevice> {
  const {
    default: { Epoll },
  } = await import('epoll').catch(() => {
    throw new Error('the package epoll is not installed or was not built (npm rebuild epoll)');
  });
  return (path, { event, failed }) => {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const buffer = Buffer.alloc(RECORD_BYTES * RECORDS_AT_ONCE);
    const poller = new Epoll((error) => {
      if (error) return failed(error);
      try {
        const length = readSync(descriptor, buffer, 0, buffer.length, null);
        for (const each of decodeInputEvents(buffer.subarray(0, length))) event(each);
      } catch (readError) {
        if ((readError as { code?: unknown }).code !== 'EAGAIN') failed(readError);
      }
    });
    poller.add(descriptor, Epoll.EPOLLIN);
    return {
      close() {
        poller.remove(descriptor).close();
        closeSync(descriptor);
      },
    };
  };
}
