/** The stanzas that wait for an inactive client: merged where the newest says all, in order for each who sent them. */
import { carbonOf } from '../../im/message-content.ts';
import type { Settled } from '../../routing/session.ts';
import type { Element } from '../../xml.ts';
import { chatStateKey } from './waiting.ts';

/** More than this goes out, whether or not the client is active. */
const MAX_STANZAS = 500;
const MAX_CHARACTERS = 256 * 1024;

export interface HeldStanza {
  stanza: Element;
  settled: Settled | undefined;
}

interface Entry extends HeldStanza {
  characters: number;
  parties: readonly string[];
}

export class HeldStanzas {
  /** In the order in which they go. */
  readonly #entries = new Map<string, Entry>();
  #characters = 0;
  #count = 0;

  get size(): number {
    return this.#entries.size;
  }

  get isFull(): boolean {
    return this.#entries.size > MAX_STANZAS || this.#characters > MAX_CHARACTERS;
  }

  /** @param key what it stands for: what waits under the same key is left out */
  add(stanza: Element, settled: Settled | undefined, key: string | undefined): void {
    this.#count += 1;
    const place = key ?? `${this.#count}`;
    this.#leaveOut(place);
    const characters = stanza.toString().length;
    this.#characters += characters;
    this.#entries.set(place, { stanza, settled, characters, parties: partiesOf(stanza) });
  }

  /** Takes out what has to go before this stanza: all that its sender said earlier. */
  takeBefore(stanza: Element): HeldStanza[] {
    if (this.#entries.size === 0) return [];
    if (stanza.name === 'message') this.#leaveOut(chatStateKey(stanza));
    const parties = partiesOf(stanza);
    const taken: HeldStanza[] = [];
    for (const [place, entry] of this.#entries) {
      if (entry.parties.some((party) => parties.includes(party))) taken.push(this.#remove(place, entry));
    }
    return taken;
  }

  takeAll(): HeldStanza[] {
    const all = [...this.#entries.values()];
    this.#entries.clear();
    this.#characters = 0;
    return all;
  }

  /** What newer words make void is done with. */
  #leaveOut(place: string): void {
    const entry = this.#entries.get(place);
    if (entry) this.#remove(place, entry).settled?.(true);
  }

  #remove(place: string, entry: Entry): HeldStanza {
    this.#entries.delete(place);
    this.#characters -= entry.characters;
    return entry;
  }
}

/** Whose words a stanza holds: its sender's, and in a carbon both sides of the conversation. Bare JIDs. */
function partiesOf(stanza: Element): string[] {
  const inner = carbonOf(stanza)?.message;
  return [stanza.attrs.from, inner?.attrs.from, inner?.attrs.to].flatMap((jid) => jid?.split('/', 1) ?? []);
}
