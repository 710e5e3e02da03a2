/**
 * XEP-0160: messages for a member who is away are kept and delivered, in order, when the next resource comes that takes messages.
 * They leave the store only when a client has them, so one that breaks off in the middle loses nothing.
 */
import { dateTime } from '../clock.ts';
import type { Extension, Host } from '../extension.ts';
import { isKeptOrIdle, messageType } from '../im/message.ts';
import { isChatStateOnly } from '../im/message-content.ts';
import type { MessageEvent, UndeliveredEvent } from '../routing/hooks.ts';
import type { Session, Settled } from '../routing/session.ts';
import type { OfflineMessage } from '../store/archive-model.ts';
import { change } from '../store/changes.ts';
import type { Account, Id } from '../store/model.ts';
import { clone, type Element, embeddedText, parse, xml } from '../xml.ts';

const NS_DELAY = 'urn:xmpp:delay';
const NS_STANZA_ID = 'urn:xmpp:sid:0';
const NS_CARBONS = 'urn:xmpp:carbons:2';
const NS_ARCHIVE = 'urn:xmpp:mam:2';

/** Kept for one account; what comes then is refused. */
export const MAX_KEPT = 1000;

/** What one resource is given at a time: it gets more when it has that, so that no store is too large for its stream. */
const BATCH_CHARACTERS = 1024 * 1024;
const READ_AT_ONCE = 10;

export const offline: Extension = {
  name: 'offline',
  xep: [
    { number: '0160', title: 'Best Practices for Handling Offline Messages', version: '1.0.1', status: 'complete' },
    { number: '0203', title: 'Delayed Delivery', version: '2.0', status: 'complete' },
  ],
  features: { server: ['msgoffline'] },
  attach(host) {
    const store = new OfflineMessages(host);
    host.hooks.on('message received', (event) => store.received(event));
    host.hooks.on('message undelivered', (event) => store.undelivered(event));
    host.hooks.on('session binding', ({ session }) => store.clearArchived(session.account));
    host.hooks.on('session available', ({ session }) => store.deliver(session));
  },
};

/** Section 3: normal and chat, but for chat states alone. */
function isKept(stanza: Element): boolean {
  const type = messageType(stanza);
  return (type === 'normal' || type === 'chat') && isKeptOrIdle(stanza) && !isChatStateOnly(stanza);
}

const takesMessages = (session: Session) => session.available && session.priority >= 0 && !session.ended;

class OfflineMessages {
  readonly #host: Host;
  /** Ids on their way to a client, so that no second resource gets them as well. */
  readonly #onTheirWay = new Set<Id>();
  /** What was sent from here: where it comes back undelivered, it is still kept. */
  readonly #sent = new WeakSet<Element>();
  /** Those that have not taken in all of the last batch yet. */
  readonly #busy = new WeakSet<Session>();
  /** Delivered and to be cleared with the next commit, by account. */
  readonly #delivered = new Map<Id, Id[]>();

  constructor(host: Host) {
    this.#host = host;
  }

  received(event: MessageEvent): void {
    if (event.accepted || event.targets.length > 0) return;
    // A chat state for nobody is dropped: an error for "is typing" would only confuse.
    if (isChatStateOnly(event.stanza)) event.accepted = true;
    else if (isKept(event.stanza)) this.#keep(event, this.#host.clock.nowMs());
  }

  /** Other resources that lack it get it, else it is kept until one comes. */
  undelivered(event: UndeliveredEvent): void {
    const { account, stanza } = event;
    if (event.accepted) return;
    if (this.#sent.has(stanza) || isCopy(stanza) || messageType(stanza) === 'headline' || isChatStateOnly(stanza)) {
      event.accepted = true;
      return;
    }
    if (!isKept(stanza)) return;
    const archivedMs = this.#archivedMs(account, stanza);
    const others = this.#host.sessions.ofAccount(account).filter(takesMessages);
    if (others.length === 0) this.#keep(event, archivedMs ?? this.#host.clock.nowMs());
    else this.#passOn(event, others, archivedMs);
  }

  #passOn(event: UndeliveredEvent, others: readonly Session[], archivedMs: number | undefined): void {
    const { stanza } = event;
    const toResource = stanza.attrs.to?.includes('/') ?? false;
    event.accepted = true;
    for (const session of others) {
      // It had it then, as the message itself or as a carbon.
      const hasIt = archivedMs !== undefined && session.boundMs <= archivedMs && (session.carbons || !toResource);
      const delayed = () => this.#delayed(stanza, archivedMs ?? this.#host.clock.nowMs());
      if (!hasIt) event.after.push(() => session.send(delayed()));
    }
  }

  deliver(session: Session): void {
    if (!takesMessages(session) || this.#busy.has(session)) return;
    const batch = this.#nextBatch(session.account);
    if (batch.length === 0) return;
    for (const { id } of batch) this.#onTheirWay.add(id);
    this.#busy.add(session);
    let left = batch.length;
    for (const kept of batch) {
      this.#send(session, kept, (delivered) => {
        this.#settled(session.account, session, kept.id, delivered);
        left -= 1;
        if (left > 0) return;
        this.#busy.delete(session);
        if (delivered) this.deliver(session);
      });
    }
  }

  /**
   * XEP-0386 section 3.2: a client that binds so reads the archive, so what is there is not sent again. What the archive has not,
   * because its owner wants it so, is delivered as ever.
   */
  clearArchived(account: Account): void {
    const archived = this.#host.store.offline
      .list(account.id, MAX_KEPT)
      .filter(({ id, stanza }) => !this.#onTheirWay.has(id) && this.#archivedMs(account, parse(stanza)) !== undefined);
    if (archived.length === 0) return;
    for (const { id } of archived) this.#onTheirWay.add(id);
    const before = this.#delivered.get(account.id) ?? [];
    this.#delivered.set(account.id, [...before, ...archived.map(({ id }) => id)]);
    this.#clear(account);
  }

  #nextBatch(account: Account): OfflineMessage[] {
    const batch: OfflineMessage[] = [];
    let characters = 0;
    let after: Id | undefined;
    for (;;) {
      const page = this.#host.store.offline.list(account.id, READ_AT_ONCE, after);
      for (const kept of page) {
        if (this.#onTheirWay.has(kept.id)) continue;
        if (batch.length > 0 && characters + kept.stanza.length > BATCH_CHARACTERS) return batch;
        batch.push(kept);
        characters += kept.stanza.length;
      }
      if (page.length < READ_AT_ONCE) return batch;
      after = page.at(-1)?.id;
    }
  }

  #send(session: Session, { atMs, stanza }: OfflineMessage, settled: Settled): void {
    const message = this.#delayed(parse(stanza), atMs);
    delete message.attrs.xmlns;
    this.#sent.add(message);
    session.send(message, settled);
  }

  #keep(event: MessageEvent | UndeliveredEvent, atMs: number): void {
    const { account, stanza } = event;
    if (this.#host.store.offline.count(account.id) >= MAX_KEPT) return;
    event.accepted = true;
    const kept = { account: account.id, id: this.#host.store.newId(), atMs, stanza: embeddedText(stanza) };
    event.changes.push(change('offline message kept', kept));
    // A resource may have come while it was being written.
    event.after.push(() => this.#deliverToAny(account));
  }

  #settled(account: Account, session: Session, id: Id, delivered: boolean): void {
    if (!delivered) {
      this.#onTheirWay.delete(id);
      queueMicrotask(() => this.#deliverToAny(account, session));
      return;
    }
    const ids = this.#delivered.get(account.id);
    if (ids) {
      ids.push(id);
      return;
    }
    // A client acknowledges many at once: one commit for all of them.
    this.#delivered.set(account.id, [id]);
    queueMicrotask(() => this.#clear(account));
  }

  #clear(account: Account): void {
    const ids = this.#delivered.get(account.id) ?? [];
    this.#delivered.delete(account.id);
    const forget = () => {
      for (const id of ids) this.#onTheirWay.delete(id);
    };
    this.#host.store.journal
      .commit(change('offline messages cleared', { account: account.id, ids }))
      .then(forget, (error: unknown) => {
        forget();
        this.#host.log.error({ error: String(error) }, 'delivered messages stay in the offline store');
      });
  }

  #deliverToAny(account: Account, except?: Session): void {
    const session = this.#host.sessions.ofAccount(account).find((each) => each !== except && takesMessages(each));
    if (session) this.deliver(session);
  }

  /** When a message came that the archive has; undefined for others. */
  #archivedMs(account: Account, stanza: Element): number | undefined {
    const own = this.#host.addressOf(account);
    const id = stanza.getChildren('stanza-id', NS_STANZA_ID).find(({ attrs }) => attrs.by === own)?.attrs.id;
    if (id === undefined) return undefined;
    const query = { account: account.id, ids: [id], limit: 1, fromEnd: false };
    return this.#host.store.archive.page(query).messages[0]?.atMs;
  }

  /** XEP-0203 */
  #delayed(stanza: Element, atMs: number): Element {
    const message = clone(stanza);
    const from = this.#host.server.domain;
    message.append(xml('delay', { xmlns: NS_DELAY, from, stamp: dateTime(atMs) }, 'Offline Storage'));
    return message;
  }
}

/** A carbon or an archive's result: what it shows is kept elsewhere. */
const isCopy = (stanza: Element) =>
  stanza.getChild('received', NS_CARBONS) !== undefined ||
  stanza.getChild('sent', NS_CARBONS) !== undefined ||
  stanza.getChild('result', NS_ARCHIVE) !== undefined;
