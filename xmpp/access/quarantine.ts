/**
 * Strangers wait here: a first message or subscription request from somebody whom a member does not know is held, read by nobody,
 * until the member accepts its sender: by writing to them, by adding them, or by the command for it.
 */
import { dateTime } from '../clock.ts';
import type { Host } from '../extension.ts';
import type { Jid } from '../routing/jid.ts';
import { change } from '../store/changes.ts';
import type { Account, Id } from '../store/model.ts';
import { type Element, embeddedText, parse, xml } from '../xml.ts';

const NS_DELAY = 'urn:xmpp:delay';
/** Of one member, of one sender, and of one stanza: what goes beyond is thrown away, as nobody has asked for it. */
export const MAX_HELD = 100;
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

  constructor(host: Host) {
    this.#host = host;
  }

  /** Not waited for: whoever sent it hears nothing, whatever becomes of it. */
  hold(account: Account, stanza: Element, from: Jid): void {
    const { store, clock, log, hooks } = this.#host;
    const sender = from.bare.toString();
    const text = embeddedText(stanza);
    if (text.length > MAX_HELD_CHARACTERS || !this.#count(account, sender)) return;
    hooks.run('stranger held', { account });
    const held = { account: account.id, id: store.newId(), from: sender, atMs: clock.nowMs(), stanza: text };
    store.journal.commit(change('stanza held', held)).catch((error: unknown) => {
      log.error({ err: error }, 'what a stranger sent could not be held');
    });
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
  async accept(account: Account, from: string): Promise<void> {
    const { store } = this.#host;
    const held = store.access.held(account.id).filter((one) => one.from === from);
    this.#forget(account, from);
    await store.journal.commit(
      change('sender accepted', { account: account.id, from }),
      change('held stanzas cleared', { account: account.id, from }),
    );
    for (const { stanza, atMs } of held) this.#host.send(this.#late(parse(stanza), atMs));
  }

  /** Thrown away, unread. */
  async refuse(account: Account, from: string): Promise<void> {
    this.#forget(account, from);
    await this.#host.store.journal.commit(change('held stanzas cleared', { account: account.id, from }));
  }

  /** Run every night: whoever was not let in for so long leaves room for others. */
  async forgetOld(): Promise<void> {
    const { accounts, clock } = this.#host;
    const beforeMs = clock.nowMs() - WAITS_MS;
    for (const account of accounts.list())
      for (const { from, sinceMs } of this.waiting(account)) if (sinceMs < beforeMs) await this.refuse(account, from);
  }

  /** False where there is no room for one more. */
  #count(account: Account, sender: string): boolean {
    let counts = this.#counts.get(account.id);
    if (!counts) {
      counts = new Map(this.waiting(account).map(({ from, stanzas }) => [from, stanzas]));
      this.#counts.set(account.id, counts);
    }
    const ofSender = counts.get(sender) ?? 0;
    let all = 0;
    for (const count of counts.values()) all += count;
    if (ofSender >= MAX_HELD_OF_SENDER || all >= MAX_HELD) return false;
    counts.set(sender, ofSender + 1);
    return true;
  }

  #forget(account: Account, sender: string): void {
    this.#counts.get(account.id)?.delete(sender);
  }

  #late(stanza: Element, atMs: number): Element {
    delete stanza.attrs.xmlns;
    const { domain } = this.#host.server;
    stanza.append(xml('delay', { xmlns: NS_DELAY, from: domain, stamp: dateTime(atMs) }));
    return stanza;
  }
}
