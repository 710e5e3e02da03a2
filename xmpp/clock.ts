/** Time and randomness come in as arguments, so that tests own them. */
import { randomBytes } from 'node:crypto';

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number;
  /** Runs once, later. A pending timer never keeps the process alive. */
  after(delayMs: number, run: () => void): Timer;
}

/** `count` random bytes from a source fit for keys. */
export type Random = (count: number) => Buffer;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

export const systemRandom: Random = (count) => randomBytes(count);

/** A moment in XEP-0082's form, UTC. */
export function dateTime(ms: number): string {
  return new Date(ms).toISOString();
}
