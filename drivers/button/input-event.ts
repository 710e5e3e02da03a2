/** A record of /dev/input/event* on a 64-bit kernel: two times of 8 bytes, type, code, value (linux/input.h). */
export const RECORD_BYTES = 24;

export interface InputEvent {
  type: number;
  code: number;
  value: number;
}

/** linux/input-event-codes.h */
export const EV_SYN = 0;
export const EV_KEY = 1;
export const SYN_DROPPED = 3;

/** All whole records of `bytes`; a rest is left out, as the kernel never splits one. */
export function decodeInputEvents(bytes: Buffer): InputEvent[] {
  const events: InputEvent[] = [];
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    events.push({
      type: bytes.readUInt16LE(at + 16),
      code: bytes.readUInt16LE(at + 18),
      value: bytes.readInt32LE(at + 20),
    });
  }
  return events;
}
