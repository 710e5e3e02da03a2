/** Bytestreams that two parties meet for (XEP-0065 section 6): by the hash that both named, until the requester activates them. */
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { relay } from './relay.ts';

/** From the first party's arrival to the activation. */
const ACTIVATION_MS = 120_000;
/** Said before the activation, and ignored (section 10.1); whoever says more does not wait for anything. */
const MAX_EARLY_BYTES = 64 * 1024;

interface Meeting {
  parties: Socket[];
  /** Undoes what `wait` did to a party. */
  release: (() => void)[];
}

export type Activation = 'active' | 'one party' | 'nobody';

export class Bytestreams {
  readonly #clock: Clock;
  readonly #meetings = new Map<string, Meeting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False where both places are taken. */
  join(hash: string, socket: Socket): boolean {
    const meeting = this.#meetings.get(hash) ?? this.#open(hash);
    if (meeting.parties.length >= 2) return false;
    meeting.parties.push(socket);
    meeting.release.push(this.#wait(hash, meeting, socket));
    return true;
  }

  activate(hash: string): Activation {
    const meeting = this.#meetings.get(hash);
    const [one, other] = meeting?.parties ?? [];
    if (!meeting || !one) return 'nobody';
    if (!other) return 'one party';
    this.#meetings.delete(hash);
    for (const release of meeting.release) release();
    relay(one, other, this.#clock);
    return 'active';
  }

  #open(hash: string): Meeting {
    const meeting: Meeting = { parties: [], release: [] };
    this.#meetings.set(hash, meeting);
    this.#clock.after(ACTIVATION_MS, () => {
      if (this.#meetings.get(hash) !== meeting) return;
      for (const party of meeting.parties) party.destroy();
      this.#meetings.delete(hash);
    });
    return meeting;
  }

  #wait(hash: string, meeting: Meeting, socket: Socket): () => void {
    let early = 0;
    const drop = (chunk: Buffer) => {
      early += chunk.length;
      if (early > MAX_EARLY_BYTES) socket.destroy();
    };
    // A party that leaves takes the meeting with it: its place could be had by a stranger.
    const leave = () => {
      for (const party of meeting.parties) if (party !== socket) party.destroy();
      if (this.#meetings.get(hash) === meeting) this.#meetings.delete(hash);
    };
    socket.on('data', drop).on('end', leave).on('close', leave);
    return () => void socket.off('data', drop).off('end', leave).off('close', leave);
  }
}
