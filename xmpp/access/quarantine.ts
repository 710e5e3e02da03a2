/**
 * Strangers wait here: a first message or subscription request from somebody whom a member does not know is held, read by nobody,
 * until the member accepts its sender: by writing to them, by adding them, or by the command for it.
 */
import { dateTime } from '../clock.ts';
import type { Host } from '../extension.ts';
import { Turns } from '../im/turns.ts';
import type { Jid } from '../routing/jid.ts';
import type { HeldStanza } from '../store/access-model.ts';
import { change } from '../store/changes.ts';
import type { Account, Id } from '../store/model.ts';
import { type Element, embeddedText, parse, xml } from '../xml.ts';

const NS_DELAY = 'urn:xmpp:delay';
/** Of one member, of one domain, of one sender, and of one stanza: what goes beyond is thrown away, as nobody has asked for it. */
export const MAX_HELD = 100;
export const MAX_HELD_OF_DOMAIN = 25;
export const MAX_HELD_OF_SENDER = 5;
export const MAX_HELD_CHARACTERS = 10_000;
const WAITS_MS = 60 * 86_400_000;

/** Somebody who waits. */
export interface Waiting {
  /** Bare JID. */
  from: string;
  stanzas: number;
  /** Of the first. */
  sinceMs: number;
}

export class Quarantine {
  readonly #host: Host;
  /** How many are held, by account and then by sender: counted as they come, for a flood must not make the store look each time. */
  readonly #counts = new Map<Id, Map<string, number>>();
  /** What came from senders who are just being let in, by member and sender: it goes behind what they sent before. */
  readonly #behind = new Map<string, Pick<HeldStanza, 'stanza' | 'atMs'>[]>();
  readonly #turns = new Turns();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whoever sent it hears nothing, whatever becomes of it. Resolves when it is on disk, or thrown away. Does not reject. */
  async hold(account: Account, stanza: Element, from: Jid): Promise<void> {
    const { store, clock, log, hooks } = this.#host;
    const sender = this.#host.roster.nameOf(from);
    const text = embeddedText(stanza);
    if (text.length > MAX_HELD_CHARACTERS || !this.#count(account, sender)) return;
    hooks.run('stranger held', { account });
    if (this.follows(account, stanza, from)) return;
    const held = { account: account.id, id: store.newId(), from: sender, atMs: clock.nowMs(), stanza: text };
    try {
      await store.journal.commit(change('stanza held', held));
    } catch (error) {
      this.#uncount(account, sender);
      log.error({ err: error }, 'what a stranger sent could not be held');
    }
  }

  /** Somebody is just being let in. */
  get isLettingIn(): boolean {
    return this.#behind.size > 0;
  }

  /** True where its sender is just being let in: it has been taken, and comes behind what they sent before. */
  follows(account: Account, stanza: Element, from: Jid): boolean {
    const behind = this.#behind.get(keyOf(account, this.#host.roster.nameOf(from)));
    behind?.push({ stanza: embeddedText(stanza), atMs: this.#host.clock.nowMs() });
    return behind !== undefined;
  }

  /** Something of this sender (a bare JID) waits. */
  holds(account: Account, sender: string): boolean {
    return this.#countsOf(account).has(sender);
  }

  /** Who waits for this member, the first to come first. */
  waiting(account: Account): Waiting[] {
    const bySender = new Map<string, Waiting>();
    for (const { from, atMs } of this.#host.store.access.held(account.id)) {
      const one = bySender.get(from);
      if (one) one.stanzas += 1;
      else bySender.set(from, { from, stanzas: 1, sinceMs: atMs });
    }
    return [...bySender.values()];
  }

  /** Who waits for any member. */
  waitingForAll(): (Waiting & { account: Account })[] {
    const { store, server } = this.#host;
    return store.access.senders(server.id).flatMap(({ account: id, ...waiting }) => {
      const account = store.accounts.byId(id);
      return account ? [{ ...waiting, account }] : [];
    });
  }

  /** No stranger from now on: what was held goes to the member, in order. */
  accept(account: Account, from: string): Promise<void> {
    const { store } = this.#host;
    const key = keyOf(account, from);
    return this.#turns.run(key, async () => {
      const behind: Pick<HeldStanza, 'stanza' | 'atMs'>[] = [];
      this.#behind.set(key, behind);
      try {
        // Commits keep their order: what was held before is on disk as well then.
        await store.journal.commit(change('sender accepted', { account: account.id, from }));
      } finally {
        this.#behind.delete(key);
        this.#countsOf(account).delete(from);
      }
      const held = store.access.held(account.id).filter((one) => one.from === from);
      for (const { stanza, atMs } of [...held, ...behind]) this.#host.send(this.#late(parse(stanza), atMs));
      if (held.length > 0) await this.#clear(account, from);
    });
  }

  /** Thrown away, unread. */
  async refuse(account: Account, from: string): Promise<void> {
    this.#countsOf(account).delete(from);
    await this.#clear(account, from);
  }

  #clear(account: Account, from: string): Promise<void> {
    return this.#host.store.journal.commit(change('held stanzas cleared', { account: account.id, from }));
  }

  /** Senders are called otherwise: who waits is read anew. */
  recount(): void {
    this.#counts.clear();
  }

  /** Run every night: what was not asked for in so long leaves room for others. */
  async forgetOld(): Promise<void> {
    const { clock, store } = this.#host;
    const beforeMs = clock.nowMs() - WAITS_MS;
    for (const { account, from, sinceMs } of this.waitingForAll()) {
      if (sinceMs >= beforeMs) continue;
      await store.journal.commit(change('held stanzas cleared', { account: account.id, from, beforeMs }));
      this.#counts.delete(account.id);
    }
  }

  /** False where there is no room for one more. */
  #count(account: Account, sender: string): boolean {
    const counts = this.#countsOf(account);
    const ofSender = counts.get(sender) ?? 0;
    const domain = domainOf(sender);
    let all = 0;
    let ofDomain = 0;
    for (const [other, count] of counts) {
      all += count;
      if (domainOf(other) === domain) ofDomain += count;
    }
    if (ofSender >= MAX_HELD_OF_SENDER || ofDomain >= MAX_HELD_OF_DOMAIN || all >= MAX_HELD) return false;
    counts.set(sender, ofSender + 1);
    return true;
  }

  #uncount(account: Account, sender: string): void {
    const counts = this.#countsOf(account);
    const left = (counts.get(sender) ?? 0) - 1;
    if (left > 0) counts.set(sender, left);
    else counts.delete(sender);
  }

  #countsOf(account: Account): Map<string, number> {
    let counts = this.#counts.get(account.id);
    if (!counts) {
      counts = new Map(this.waiting(account).map(({ from, stanzas }) => [from, stanzas]));
      this.#counts.set(account.id, counts);
    }
    return counts;
  }

  #late(stanza: Element, atMs: number): Element {
    delete stanza.attrs.xmlns;
    const { domain } = this.#host.server;
    stanza.append(xml('delay', { xmlns: NS_DELAY, from: domain, stamp: dateTime(atMs) }));
    return stanza;
  }
}

const keyOf = (account: Account, sender: string) => `${account.id} ${sender}`;

const domainOf = (bare: string) => bare.slice(bare.indexOf('@') + 1);
