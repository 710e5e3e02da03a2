/** The links that are up, and which pair of domains may speak over which. */
import type { Conversation } from './conversation.ts';

/** Streams of one server that its domain is proved on. */
const MAX_FROM_ONE = 20;

export class Ways {
  readonly #open = new Set<Conversation>();

  add(conversation: Conversation): void {
    this.#open.add(conversation);
  }

  /** False where it was not there any more. */
  remove(conversation: Conversation): boolean {
    return this.#open.delete(conversation);
  }

  /** The newest over which the pair may speak. */
  find(local: string, remote: string): Conversation | undefined {
    return [...this.#open].findLast((one) => one.maySay(local, remote));
  }

  /** One that we dialled, to this server, whoever of ours speaks over it. */
  dialled(remote: string): Conversation | undefined {
    return [...this.#open].find(
      (one) => one.direction === 'out' && one.link.open && [...one.said].some((pair) => pair.remote === remote),
    );
  }

  mayJoin(remote: string): boolean {
    return [...this.#open].filter(({ heard }) => heard.has(remote)).length < MAX_FROM_ONE;
  }

  all(): Conversation[] {
    return [...this.#open];
  }
}
