/** Who has which standing in one room, and which nicknames are reserved: kept in memory while the room is in use. */
import type { Affiliation, RoomAffiliation } from '../../store/room-model.ts';
import { nickKey } from './nickname.ts';

export class Affiliations {
  readonly #byJid = new Map<string, RoomAffiliation>();
  readonly #jidByNick = new Map<string, string>();

  constructor(kept: Iterable<RoomAffiliation>) {
    for (const affiliation of kept) this.set(affiliation);
  }

  set(next: RoomAffiliation): void {
    const before = this.#byJid.get(next.jid);
    if (before?.nick) this.#jidByNick.delete(nickKey(before.nick));
    if (next.affiliation === 'none') this.#byJid.delete(next.jid);
    else this.#byJid.set(next.jid, next);
    if (next.nick && next.affiliation !== 'none') this.#jidByNick.set(nickKey(next.nick), next.jid);
  }

  /** People are called otherwise from now on. */
  move(moved: (jid: string) => string | undefined): void {
    for (const standing of [...this.#byJid.values()]) {
      const jid = moved(standing.jid);
      if (jid === undefined) continue;
      this.set({ ...standing, affiliation: 'none' });
      this.set({ ...standing, jid });
    }
  }

  entry(bare: string): RoomAffiliation | undefined {
    return this.#byJid.get(bare);
  }

  /** Section 9.2: a bare JID of its own, then the domain that was banned as a whole. */
  of(bare: string): Affiliation {
    const own = this.#byJid.get(bare)?.affiliation;
    if (own) return own;
    return this.#byJid.get(bare.slice(bare.indexOf('@') + 1))?.affiliation === 'outcast' ? 'outcast' : 'none';
  }

  /** The bare JID that has reserved a nickname which is the same or looks it. */
  reservedBy(nick: string): string | undefined {
    return this.#jidByNick.get(nickKey(nick));
  }

  list(affiliation: Affiliation): RoomAffiliation[] {
    return [...this.#byJid.values()].filter((entry) => entry.affiliation === affiliation);
  }

  all(): IterableIterator<RoomAffiliation> {
    return this.#byJid.values();
  }

  get size(): number {
    return this.#byJid.size;
  }
}
