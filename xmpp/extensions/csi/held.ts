/** The stanzas that wait for an inactive client: merged where the newest says all, in order for each who sent them. */
import { carbonOf } from '../../im/message-content.ts';
import type { Element } from '../../xml.ts';
import { chatStateKey } from './waiting.ts';

/** More than this goes out, whether or not the client is active. */
const MAX_STANZAS = 500;
const MAX_CHARACTERS = 256 * 1024;

interface Entry {
  stanza: Element;
  characters: number;
  parties: readonly string[];
}

export class HeldStanzas {
  /** In the order in which they go. */
  readonly #entries = new Map<string, Entry>();
  #characters = 0;
  #count = 0;

  get isFull(): boolean {
    return this.#entries.size > MAX_STANZAS || this.#characters > MAX_CHARACTERS;
  }

  /** @param key what it stands for: what waits under the same key is left out */
  add(stanza: Element, key: string | undefined): void {
    this.#count += 1;
    const place = key ?? `${this.#count}`;
    this.#leaveOut(place);
    const characters = stanza.toString().length;
    this.#characters += characters;
    this.#entries.set(place, { stanza, characters, parties: partiesOf(stanza) });
  }

  /** Takes out what has to go before this stanza: all that its sender said earlier. */
  takeBefore(stanza: Element): Element[] {
    if (this.#entries.size === 0) return [];
    if (stanza.name === 'message') this.#leaveOut(chatStateKey(stanza));
    const parties = partiesOf(stanza);
    const taken: Element[] = [];
    for (const [place, entry] of this.#entries) {
      if (!entry.parties.some((party) => parties.includes(party))) continue;
      this.#leaveOut(place);
      taken.push(entry.stanza);
    }
    return taken;
  }

  takeAll(): Element[] {
    const all = [...this.#entries.values()].map(({ stanza }) => stanza);
    this.#entries.clear();
    this.#characters = 0;
    return all;
  }

  #leaveOut(place: string): void {
    this.#characters -= this.#entries.get(place)?.characters ?? 0;
    this.#entries.delete(place);
  }
}

/** Whose words a stanza holds: its sender's, and in a carbon both sides of the conversation. Bare JIDs. */
function partiesOf(stanza: Element): string[] {
  const inner = carbonOf(stanza)?.message;
  return [stanza.attrs.from, inner?.attrs.from, inner?.attrs.to].flatMap((jid) => jid?.split('/', 1) ?? []);
}
