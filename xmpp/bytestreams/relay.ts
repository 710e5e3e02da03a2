/** Hands on what each of two sockets says to the other, no faster than the slower one reads, and no faster than is fair. */
import type { Socket } from 'node:net';
import { Transform } from 'node:stream';
import type { Clock } from '../clock.ts';

/** A phone's wireless network at its best; the box has other things to do as well. */
const BYTES_PER_SECOND = 16 * 1024 * 1024;
/** Held back no sooner than that much later, so that a burst costs no timers. */
const SLACK_MS = 50;

export function relay(one: Socket, other: Socket, clock: Clock): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    const pace = paced(clock);
    from.pipe(pace).pipe(to);
    from.once('close', () => {
      pace.end();
      // Nobody takes what the other still says; its last words are on their way to it.
      if (from.readableEnded) to.resume();
      else to.destroy();
    });
  }
}

function paced(clock: Clock): Transform {
  let freeAtMs = clock.nowMs();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const nowMs = clock.nowMs();
      freeAtMs = Math.max(freeAtMs, nowMs) + (chunk.length * 1000) / BYTES_PER_SECOND;
      const waitMs = freeAtMs - nowMs;
      if (waitMs < SLACK_MS) done(null, chunk);
      else clock.after(waitMs, () => done(null, chunk));
    },
  });
}
