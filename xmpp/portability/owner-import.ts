/**
 * Takes an export (XEP-0227) into the account of the member who brings it. Whatever the file says, it is what that member's app
 * could have sent, and goes the same way, with the same limits: contacts without anybody's consent to be seen, no password, no
 * right. Only messages are taken into the archive by themselves. What the account has already stays as it is.
 */
import { whoMayLogIn } from '../access/may-log-in.ts';
import { assertWithinQuota } from '../access/quota.ts';
import type { ImportReport } from '../config.ts';
import type { Host } from '../extension.ts';
import { readRosterSet } from '../im/roster-item.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { CommitError } from '../store/store.ts';
import { type Element, parse, xml } from '../xml.ts';
import { NS_PRIVACY, NS_PRIVATE, NS_ROSTER, NS_SCRAM, type Piece } from './format.ts';
import { OwnNodes } from './own-nodes.ts';
import { blockedBy, readPart } from './parts.ts';

const NS_VCARD = 'vcard-temp';
const NS_BLOCKING = 'urn:xmpp:blocking';
const MAX_LINES = 100;
const BATCH = 100;
/** Of clocks that go wrong a little. */
const FUTURE_MS = 3_600_000;

/** @throws CommitError where the disk is full, Error with a line for the member where it is no such export: what came before stays */
export async function importForOwner(
  host: Host,
  account: Account,
  pieces: AsyncIterable<Piece>,
): Promise<ImportReport> {
  const work = new OwnerImport(host, account);
  try {
    for await (const piece of pieces) await work.take(piece);
  } finally {
    await work.end();
  }
  return work.report;
}

/** Does what an IQ of the owner's would do. @throws StanzaError */
export type AsOwner = (payload: Element) => Promise<void>;

class OwnerImport {
  readonly #host: Host;
  readonly #account: Account;
  readonly #own: Jid;
  readonly #nodes: OwnNodes;
  readonly #taken: Record<string, number> = {};
  readonly #left: string[] = [];
  /** The address of the one that is taken: the first of the file. */
  #theirs: Jid | undefined;
  #isOther = false;
  #messages: Change[] = [];
  #messageBytes = 0;

  constructor(host: Host, account: Account) {
    this.#host = host;
    this.#account = account;
    this.#own = Jid.parse(host.addressOf(account));
    this.#nodes = new OwnNodes(host, account, (payload) => this.#asOwner(payload));
  }

  get report(): ImportReport {
    return { taken: this.#taken, left: this.#left };
  }

  async take(piece: Piece): Promise<void> {
    if (!whoMayLogIn(this.#host, this.#account.id)) throw new Error('this account may not be used any more');
    if (piece.kind === 'unknown') this.#leave(piece.what);
    else if (piece.kind === 'user') this.#begin(piece);
    else if (piece.kind === 'part' && this.#theirs && !this.#isOther) await this.#attempt(piece, this.#theirs);
  }

  async end(): Promise<void> {
    await this.#flush();
    for (const { element, publish } of this.#nodes.waiting()) await this.#orLeave(element, () => this.#count(publish));
  }

  #begin({ name, host }: Piece & { kind: 'user' }): void {
    this.#isOther = this.#theirs !== undefined;
    if (this.#isOther) this.#leave(`${name}@${host}: one account is taken from a file, and it is not the first`);
    else this.#theirs = Jid.of(name, host);
  }

  #attempt(piece: Piece & { kind: 'part' }, theirs: Jid): Promise<void> {
    const element = parse(piece.xml);
    return this.#orLeave(element, () => this.#put(piece, element, theirs));
  }

  async #put({ within, node = '' }: Piece & { kind: 'part' }, element: Element, theirs: Jid): Promise<void> {
    switch (within) {
      case 'roster':
        return this.#count(() => this.#contact(element));
      case 'private':
        return this.#count(() => this.#privateData(element));
      case 'archive':
        return this.#message(element, theirs);
      case 'nodes':
        return this.#nodes.configure(element);
      case 'items':
        return this.#count(() => this.#nodes.item(node, element));
      case 'user':
        return this.#ofUser(element);
      default:
        throw new RangeError('what still waited there');
    }
  }

  async #ofUser(element: Element): Promise<void> {
    if (element.is('vCard', NS_VCARD)) return this.#count(() => this.#vcard(element));
    if (element.is('query', NS_PRIVACY)) return this.#count(() => this.#blocked(element));
    if (element.is('scram-credentials', NS_SCRAM)) throw new RangeError('your password here stays as it is');
    throw new RangeError('not taken here');
  }

  async #contact(element: Element): Promise<string | undefined> {
    const { contact, remove, name, groups } = readRosterSet(xml('query', { xmlns: NS_ROSTER }, element));
    if (remove || this.#host.roster.item(this.#account, contact) || contact.bare.toString() === this.#own.toString())
      return undefined;
    const item = { jid: contact.toString(), ...(name !== '' && { name }) };
    const inGroups = groups.map((group) => xml('group', {}, group));
    await this.#asOwner(xml('query', { xmlns: NS_ROSTER }, xml('item', item, ...inGroups)));
    return 'contacts';
  }

  async #vcard(element: Element): Promise<string | undefined> {
    if (this.#host.store.extras.vcard(this.#account.id) !== undefined) return undefined;
    await this.#asOwner(element);
    return 'vCards';
  }

  async #privateData(element: Element): Promise<string | undefined> {
    const known = this.#host.store.extras.privateData(this.#account.id, element.name, element.getNS() ?? '');
    if (known !== undefined) return undefined;
    await this.#asOwner(xml('query', { xmlns: NS_PRIVATE }, element));
    return 'private elements';
  }

  async #blocked(query: Element): Promise<string | undefined> {
    const known = new Set(this.#host.store.extras.blocked(this.#account.id));
    const jids = blockedBy(query).filter((jid) => !known.has(jid));
    if (jids.length === 0) return undefined;
    await this.#asOwner(xml('block', { xmlns: NS_BLOCKING }, ...jids.map((jid) => xml('item', { jid }))));
    return 'block lists';
  }

  /** Into the owner's archive and nobody else's, as far as it holds more. */
  async #message(element: Element, theirs: Jid): Promise<void> {
    const host = this.#host;
    const to = { host, account: this.#account, jid: theirs, isNew: false };
    for (const made of readPart(to, 'archive', element).changes) {
      if (made.kind !== 'message archived') continue;
      const { stanza, atMs } = made.data;
      const bytes = Buffer.byteLength(stanza);
      const most = host.config.limits.stanzaBytes;
      if (most !== 0 && bytes > most) throw new RangeError('too long for a message');
      if (atMs > host.clock.nowMs() + FUTURE_MS) throw new RangeError('from the future');
      assertWithinQuota(host, this.#account.id, 'archive', this.#messageBytes + bytes);
      this.#messages.push(made);
      this.#messageBytes += bytes;
    }
    if (this.#messages.length >= BATCH) await this.#flush();
  }

  async #flush(): Promise<void> {
    const messages = this.#messages;
    this.#messages = [];
    this.#messageBytes = 0;
    if (messages.length === 0) return;
    await this.#host.store.journal.commit(...messages);
    this.#add('archived messages', messages.length);
  }

  async #asOwner(payload: Element): Promise<void> {
    const { iq, store } = this.#host;
    const from = this.#own;
    const stanza = xml('iq', { type: 'set', id: store.newId(), from: from.toString(), to: from.toString() }, payload);
    const entry = iq.find('set', 'account', payload);
    if (!entry) throw new RangeError('not known here');
    const asked = { type: 'set', stanza, payload, from, to: from, session: undefined, account: this.#account } as const;
    await entry.handler(asked);
  }

  async #count(put: () => Promise<string | undefined>): Promise<void> {
    const what = await put();
    if (what !== undefined) this.#add(what, 1);
  }

  #add(what: string, count: number): void {
    this.#taken[what] = (this.#taken[what] ?? 0) + count;
  }

  /** What cannot be is left, and said; a full disk ends it all. */
  async #orLeave(element: Element, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof CommitError || !(error instanceof StanzaError || error instanceof RangeError)) throw error;
      this.#leave(`<${element.name}> of ${element.getNS()}: ${error.message}`);
    }
  }

  #leave(line: string): void {
    if (this.#left.length < MAX_LINES) this.#left.push(line);
  }
}
