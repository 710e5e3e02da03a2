/** The gate before a client's outlet (XEP-0352): while it is closed, what can wait is held back. */
import { noteRooms } from '../../im/occupied-rooms.ts';
import type { Gate, Session, Settled } from '../../routing/session.ts';
import type { Element } from '../../xml.ts';
import { HeldStanzas } from './held.ts';
import { waitingOf } from './waiting.ts';

export class CsiGate implements Gate {
  readonly #session: Session;
  readonly #held = new HeldStanzas();
  #closed = false;

  constructor(session: Session) {
    this.#session = session;
  }

  get inactive(): boolean {
    return this.#closed;
  }

  send(stanza: Element, settled?: Settled): void {
    const { rooms, outlet } = this.#session;
    noteRooms(rooms, stanza);
    // Somebody who wants to know whether it came has more to send when it did (the offline store).
    const waiting = this.#closed && !settled ? waitingOf(stanza, rooms) : undefined;
    if (waiting) {
      this.#held.add(stanza, waiting.key);
      if (this.#held.isFull) this.flush();
      return;
    }
    for (const before of this.#held.takeBefore(stanza)) outlet.send(before);
    outlet.send(stanza, settled);
  }

  close(): void {
    this.#closed = true;
  }

  open(): void {
    this.#closed = false;
    this.flush();
  }

  flush(): void {
    for (const stanza of this.#held.takeAll()) this.#session.outlet.send(stanza);
  }
}
