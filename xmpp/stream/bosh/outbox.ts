/** What a session has to say and has not put into an answer yet. */
import { MAX_UNREAD_BEFORE_LOGIN_BYTES, MAX_UNREAD_BYTES } from '../wire.ts';
import type { Outgoing } from './answers.ts';

/** Of one answer, unless one element alone has more. */
const ANSWER_BYTES = 256 * 1024;

export class Outbox {
  #waiting: Outgoing[] = [];
  #bytes = 0;
  #maxBytes = MAX_UNREAD_BEFORE_LOGIN_BYTES;

  /** False where more waits than a client may leave unread. */
  add(outgoing: Outgoing): boolean {
    this.#waiting.push(outgoing);
    this.#bytes += outgoing.text.length;
    return this.#bytes <= this.#maxBytes;
  }

  /** Who has logged in may leave more. */
  admit(): void {
    this.#maxBytes = MAX_UNREAD_BYTES;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get texts(): string[] {
    return this.#waiting.map(({ text }) => text);
  }

  /** As much as one answer carries. */
  take(): Outgoing[] {
    let bytes = 0;
    let count = 0;
    for (const { text } of this.#waiting) {
      bytes += text.length;
      if (count > 0 && bytes > ANSWER_BYTES) break;
      count += 1;
    }
    const taken = this.#waiting.splice(0, count);
    for (const { text } of taken) this.#bytes -= text.length;
    return taken;
  }

  /** There will be no more answers; the last one carried all of it, or none did. */
  settle(written: boolean): void {
    for (const outgoing of this.#waiting.splice(0)) outgoing.written?.(written);
  }
}
