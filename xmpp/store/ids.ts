/**
 * Ids that are unique without asking anyone and sort by time: ten digits of milliseconds, four of a counter, eight of the box.
 * Digits are base32hex (RFC 4648 section 7) in lower case, whose order as text is their order as numbers.
 */
const digits = '0123456789abcdefghijklmnopqrstuv';

const timeDigits = 10;
const counterDigits = 4;

/** How many ids one millisecond holds. */
export const idsPerMillisecond = 32 ** counterDigits;

/** Bytes of randomness in a box's id. */
export const boxIdBytes = 5;

function base32(value: number, width: number): string {
  let text = '';
  for (let rest = value; text.length < width; rest = Math.floor(rest / 32)) text = digits.charAt(rest % 32) + text;
  return text;
}

export function boxIdFrom(random: Uint8Array): string {
  return base32(Number(`0x${Buffer.from(random.subarray(0, boxIdBytes)).toString('hex')}`), 8);
}

export function idOf(ms: number, counter: number, boxId: string): string {
  return base32(ms, timeDigits) + base32(counter, counterDigits) + boxId;
}

/** The time within an id, in milliseconds since 1970. */
export function timeOfId(id: string): number {
  return readDigits(id.slice(0, timeDigits));
}

export function counterOfId(id: string): number {
  return readDigits(id.slice(timeDigits, timeDigits + counterDigits));
}

/** Sorts before every id of that millisecond, and after all earlier ones. */
export function idBoundAt(ms: number): string {
  return base32(Math.max(0, ms), timeDigits);
}

function readDigits(text: string): number {
  return [...text].reduce((value, digit) => value * 32 + digits.indexOf(digit), 0);
}
