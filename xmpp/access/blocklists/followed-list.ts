/**
 * One list that the server follows: subscribed to, so that it hears at once who is new on it; read as a whole at the start, some times
 * a day, and when its server was out of reach, for what it did not hear. It is kept, so that it holds before its server is heard again.
 */
import type { Timer } from '../../clock.ts';
import type { BlocklistPlace } from '../../config.ts';
import type { Host } from '../../extension.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { KeptBlocklist } from '../../store/access-model.ts';
import { type Change, change } from '../../store/changes.ts';
import { Entries, MAX_ENTRIES } from './entries.ts';
import { follow, type Told } from './event.ts';
import { readWhole, subscribe } from './place.ts';

/** Other servers can be reached once the listeners are open. */
export const FIRST_MS = 5_000;
const SUBSCRIBED_MS = 6 * 3_600_000;
/** Of a list that does not tell what is new. */
const UNTOLD_MS = 15 * 60_000;
/** Links come and go with what is said on them: no more often for that. */
const RECONNECTED_MS = 3_600_000;
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 3_600_000;
const RETRIES_TO_LONGEST = 7;
const SOON_MS = 2_000;
/** After so many the whole is written anew. */
const MAX_TOLD_APART = 1_000;

export interface BlocklistStatus extends BlocklistPlace {
  entries: number;
  /** Its server tells what is new on it. */
  subscribed: boolean;
  /** When it was last read, or told something; undefined: never. */
  heardMs: number | undefined;
  /** What is wrong with it, in words. */
  trouble: string | undefined;
}

export class FollowedList {
  readonly place: BlocklistPlace;
  readonly #host: Host;
  readonly #changed: () => void;
  readonly #domain: string;
  #entries = new Entries();
  #subscribed = false;
  #heardMs: number | undefined;
  /** When it was last read as a whole in this run. */
  #readMs = 0;
  #trouble: string | undefined;
  /** Undefined while the store has nothing of it. */
  #toldApart: number | undefined;
  #failures = 0;
  #timer: Timer | undefined;
  /** What is told while the whole is being read; undefined at other times. */
  #meanwhile: Told[] | undefined;
  #reachable = false;
  #stopped = false;

  /** @param changed others are on it than before */
  constructor(host: Host, place: BlocklistPlace, changed: () => void) {
    this.#host = host;
    this.place = place;
    this.#changed = changed;
    this.#domain = Jid.parse(place.service).domain;
  }

  /** @param kept as it was when the box was last running */
  start(kept: KeptBlocklist | undefined): void {
    if (kept) {
      this.#entries = Entries.parse(kept.entries);
      for (const { entry: id, why, listed } of kept.since)
        follow(this.#entries, listed ? { what: 'listed', id, why } : { what: 'retracted', id });
      this.#toldApart = kept.since.length;
      this.#heardMs = kept.readMs;
    }
    this.#later(FIRST_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  why(id: string): string | undefined {
    return this.#entries.why(id);
  }

  get status(): BlocklistStatus {
    return {
      ...this.place,
      entries: this.#entries.size,
      subscribed: this.#subscribed,
      heardMs: this.#heardMs,
      trouble: this.#trouble ?? (this.#entries.size < MAX_ENTRIES ? undefined : `only ${MAX_ENTRIES} of it are held`),
    };
  }

  /** Its service told this of it. */
  hear(told: readonly Told[]): void {
    this.#heardMs = this.#host.clock.nowMs();
    this.#meanwhile?.push(...told);
    const changes = told.flatMap((one) => this.#follow(one));
    if (changes.length > 0) this.#change(changes, 'a list of spammers changed');
  }

  /** Its server may have told what did not arrive: not while it was out of reach, nor at an address that is another now. */
  renewSoon(): void {
    this.#later(this.#jittered(SOON_MS));
  }

  /** Links to other servers came or went. */
  linksChanged(): void {
    const reachable = this.#host.links().some(({ domain }) => domain === this.#domain);
    const isBack = reachable && !this.#reachable;
    this.#reachable = reachable;
    if (isBack && this.#host.clock.nowMs() - this.#readMs > RECONNECTED_MS) this.renewSoon();
  }

  #follow(told: Told): Change[] {
    switch (told.what) {
      case 'subscription':
        return this.#subscription(told.state === 'subscribed');
      case 'deleted':
        this.#subscribed = false;
        this.renewSoon();
        return this.#become(new Entries());
      case 'purged':
        return this.#become(new Entries());
      default:
        return follow(this.#entries, told) ? [this.#toldChange(told)] : [];
    }
  }

  /** Where it never was, its service says no more than it answered: asking again would have it say so again. */
  #subscription(now: boolean): Change[] {
    const before = this.#subscribed;
    this.#subscribed = now;
    if (before && !now) this.renewSoon();
    return [];
  }

  #toldChange(told: Extract<Told, { id: string }>): Change {
    if (this.#toldApart === undefined || this.#toldApart >= MAX_TOLD_APART) return this.#wholeChange();
    this.#toldApart += 1;
    const listed = told.what === 'listed';
    const { server } = this.#host;
    const why = listed ? (this.#entries.why(told.id) ?? '') : '';
    return change('blocklist entry set', { server: server.id, ...this.place, entry: told.id, why, listed });
  }

  #become(entries: Entries): Change[] {
    if (entries.equals(this.#entries)) return [];
    this.#entries = entries;
    return [this.#wholeChange()];
  }

  #wholeChange(): Change {
    this.#toldApart = 0;
    const { server, clock } = this.#host;
    return change('blocklist kept', {
      server: server.id,
      ...this.place,
      readMs: clock.nowMs(),
      entries: this.#entries.toString(),
    });
  }

  /** @param changes none where the list is as it was */
  #change(changes: readonly Change[], said: string): void {
    const { store, log } = this.#host;
    log.info({ ...this.place, entries: this.#entries.size }, said);
    if (changes.length === 0) return;
    store.journal.commit(...changes).catch((error: unknown) => {
      log.error({ err: error, ...this.place }, 'a list of spammers could not be kept');
    });
    this.#changed();
  }

  #later(delayMs: number): void {
    // What is being read now is as new as it gets.
    if (this.#stopped || this.#meanwhile) return;
    this.#timer?.cancel();
    this.#timer = this.#host.clock.after(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const meanwhile: Told[] = [];
    this.#meanwhile = meanwhile;
    const trouble = await this.#readAnew(meanwhile).catch((error: unknown) => {
      this.#failures += 1;
      if (!this.#stopped)
        this.#host.log.warn({ error: String(error), ...this.place }, 'a list of spammers could not be read');
      return `not read: ${wordsFor(error)}`;
    });
    this.#meanwhile = undefined;
    if (this.#stopped) return;
    this.#trouble = trouble;
    this.#later(this.#jittered(this.#pauseMs()));
  }

  /** What is wrong all the same, in words. @throws StanzaError where it could not be read: what was read before goes on counting */
  async #readAnew(meanwhile: readonly Told[]): Promise<string | undefined> {
    // First, so that nothing is missed between the two. A list that nobody can subscribe to may be read all the same.
    const answer = await subscribe(this.#host, this.place).catch((error: unknown) => wordsFor(error));
    this.#subscribed = answer === 'subscribed';
    const entries = await readWhole(this.#host, this.place);
    if (this.#stopped) return undefined;
    this.#readMs = this.#host.clock.nowMs();
    this.#heardMs = this.#readMs;
    this.#failures = 0;
    if (!meanwhile.some(({ what }) => what === 'purged' || what === 'deleted')) {
      for (const told of meanwhile) if ('id' in told) follow(entries, told);
      this.#change(this.#become(entries), 'a list of spammers was read');
    }
    return this.#subscribed ? undefined : `not subscribed, read every quarter of an hour: ${WORDS[answer] ?? answer}`;
  }

  #pauseMs(): number {
    if (this.#failures > 0)
      return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, RETRIES_TO_LONGEST));
    return this.#subscribed ? SUBSCRIBED_MS : UNTOLD_MS;
  }

  /** A quarter less or more, so that the boxes of the world do not come at once. */
  #jittered(ms: number): number {
    return ms * (0.75 + this.#host.random(4).readUInt32BE() / 2 ** 33);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  'item-not-found': 'there is no such list',
  'remote-server-not-found': 'its server cannot be reached',
  'remote-server-timeout': 'its server does not answer',
  'service-unavailable': 'there are no lists at this address',
  'feature-not-implemented': 'its server does not tell what is new',
  'not-allowed': 'not allowed, there or by the rules of this server',
  forbidden: 'it is closed to this server',
  'not-authorized': 'it is closed to this server',
  pending: 'whoever keeps the list has to agree',
};

function wordsFor(error: unknown): string {
  if (!(error instanceof StanzaError)) return String(error);
  return WORDS[error.condition] ?? error.condition;
}
