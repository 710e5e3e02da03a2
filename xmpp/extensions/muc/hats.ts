/** XEP-0317: the hats of one room, and who wears which; kept in memory while the room is in use. */
import { createHash } from 'node:crypto';
import type { HatWearer, RoomHat } from '../../store/room-model.ts';
import { type Element, share, xml } from '../../xml.ts';
import { NS_HATS } from './namespaces.ts';

/** Hats of one room, and all that are given out there. */
export const MAX_HATS = 50;
export const MAX_WEARERS = 1000;

export class Hats {
  readonly #byUri = new Map<string, RoomHat>();
  /** Bare JIDs to URIs. */
  readonly #worn = new Map<string, Set<string>>();

  constructor(hats: Iterable<RoomHat> = [], wearers: Iterable<HatWearer> = []) {
    for (const hat of hats) this.set(hat);
    for (const { jid, uri } of wearers) this.wear(jid, uri);
  }

  get all(): RoomHat[] {
    return [...this.#byUri.values()];
  }

  find(uri: string): RoomHat | undefined {
    return this.#byUri.get(uri);
  }

  set(hat: RoomHat): void {
    this.#byUri.set(hat.uri, hat);
  }

  /** Nobody wears it any more, either. */
  remove(uri: string): void {
    this.#byUri.delete(uri);
    for (const jid of [...this.#worn.keys()]) this.takeOff(jid, uri);
  }

  wear(jid: string, uri: string): void {
    const worn = this.#worn.get(jid) ?? new Set();
    this.#worn.set(jid, worn.add(uri));
  }

  takeOff(jid: string, uri: string): void {
    const worn = this.#worn.get(jid);
    worn?.delete(uri);
    if (worn?.size === 0) this.#worn.delete(jid);
  }

  /** People are called otherwise from now on. */
  move(moved: (jid: string) => string | undefined): void {
    for (const [jid, worn] of [...this.#worn]) {
      const now = moved(jid);
      if (now === undefined) continue;
      this.#worn.delete(jid);
      this.#worn.set(now, worn);
    }
  }

  of(jid: string): RoomHat[] {
    return [...(this.#worn.get(jid) ?? [])].flatMap((uri) => this.#byUri.get(uri) ?? []);
  }

  wearers(): { jid: string; hat: RoomHat }[] {
    return [...this.#worn.keys()].flatMap((jid) => this.of(jid).map((hat) => ({ jid, hat })));
  }

  /** Changes when a hat does (`hats#hash`); undefined where there is none. */
  get hash(): string | undefined {
    if (this.#byUri.size === 0) return undefined;
    const lines = this.all.map(({ uri, title, hue }) => JSON.stringify([uri, title, hue])).sort();
    return createHash('sha1').update(lines.join('\n')).digest('hex');
  }
}

/** For the presence of who wears them; none where there are none. */
export function hatsElements(hats: readonly RoomHat[]): Element[] {
  if (hats.length === 0) return [];
  const children = hats.map(({ uri, title, hue }) => xml('hat', { uri, title, hue: hue === '' ? undefined : hue }));
  return [share(xml('hats', { xmlns: NS_HATS }, ...children))];
}
