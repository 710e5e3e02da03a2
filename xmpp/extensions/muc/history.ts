/** What was said last, for those who enter (XEP-0045 sections 7.2.13 and 7.2.14). */
import { dateTime } from '../../clock.ts';
import { isEncrypted } from '../../im/message-content.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { ArchivedMessage } from '../../store/archive-model.ts';
import type { Id } from '../../store/model.ts';
import { type Element, parse, share, xml } from '../../xml.ts';
import { NS_DELAY, NS_MUC, NS_RETRACT } from './namespaces.ts';
import { type SaidMessage, saidTo } from './said.ts';

/** More than any room's configuration lets one have. */
const MAX_KEPT = 100;

/** And not more than this of text, for a room that is full of long messages. */
const MAX_CHARACTERS = 1_000_000;

/** XEP-0082 */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** What one who enters asks for; what is absent bounds nothing. */
export interface HistoryRequest {
  maxChars: number | undefined;
  maxStanzas: number | undefined;
  sinceMs: number | undefined;
}

/** @throws StanzaError bad-request */
export function readHistoryRequest(join: Element, nowMs: number): HistoryRequest {
  const attrs = join.getChild('x', NS_MUC)?.getChild('history')?.attrs ?? {};
  const seconds = count(attrs.seconds);
  const since = moment(attrs.since);
  const bounds = [seconds === undefined ? undefined : nowMs - seconds * 1000, since].filter((ms) => ms !== undefined);
  return {
    maxChars: count(attrs.maxchars),
    maxStanzas: count(attrs.maxstanzas),
    sinceMs: bounds.length === 0 ? undefined : Math.max(...bounds),
  };
}

function count(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new StanzaError('bad-request', { text: `'${text}' is no bound of a history.` });
  return Number(text);
}

function moment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = DATE_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new StanzaError('bad-request', { text: `'${text}' is no date and time of XEP-0082.` });
  return ms;
}

interface Kept extends SaidMessage {
  isEncrypted: boolean;
  characters: number;
}

export class History {
  #said: Kept[] = [];
  #characters = 0;

  /** What the archive has kept, oldest first. */
  static from(archived: readonly ArchivedMessage[]): History {
    const history = new History();
    for (const { id, atMs, stanza } of archived) {
      const message = parse(stanza);
      const nick = Jid.parse(message.attrs.from ?? '').resource;
      const { id: messageId = '' } = message.attrs;
      history.add({ archiveId: id, atMs, nick, messageId, children: message.getChildElements().map(share) });
    }
    return history;
  }

  add(said: SaidMessage): void {
    if (!isOfHistory(said)) return;
    const whole = xml('message');
    whole.children.push(...said.children);
    const characters = said.children.reduce((sum, child) => sum + child.toString().length, 0);
    this.#said.push({ ...said, isEncrypted: isEncrypted(whole), characters });
    this.#characters += characters;
    while (this.#said.length > MAX_KEPT || this.#characters > MAX_CHARACTERS) this.#forgetOldest();
  }

  #forgetOldest(): void {
    this.#characters -= this.#said.shift()?.characters ?? 0;
  }

  /** XEP-0424 section 5: what was retracted is not told again. */
  retract(archiveId: Id): void {
    this.#said = this.#said.filter((said) => said.archiveId !== archiveId);
    this.#characters = this.#said.reduce((sum, { characters }) => sum + characters, 0);
  }

  /** What the archive does not keep any longer is not told either. */
  forgetBefore(atMs: number): void {
    while (this.#said[0] && this.#said[0].atMs < atMs) this.#forgetOldest();
  }

  /**
   * The last messages within all of the bounds, oldest first, as stanzas for one who enters.
   * @param readsSinceMs when the reader came to be one whom senders encrypt for: of what is older, only plain text is told
   */
  replay(at: Jid, to: Jid, length: number, request: HistoryRequest, readsSinceMs: number): Element[] {
    const { maxChars = Number.POSITIVE_INFINITY, maxStanzas = length, sinceMs = 0 } = request;
    const stanzas: Element[] = [];
    let characters = 0;
    for (const said of this.#said.toReversed()) {
      if (said.atMs < sinceMs || stanzas.length >= Math.min(maxStanzas, length)) break;
      if (said.isEncrypted && said.atMs < readsSinceMs) continue;
      const stanza = saidTo(said, at, to);
      stanza.append(xml('delay', { xmlns: NS_DELAY, from: at.toString(), stamp: dateTime(said.atMs) }));
      characters += stanza.toString().length;
      if (characters > maxChars) break;
      stanzas.push(stanza);
    }
    return stanzas.reverse();
  }
}

/** A subject is told apart from the history (section 7.2.15), and a tombstone tells nothing. */
const isOfHistory = ({ children }: SaidMessage) =>
  children.some(({ name }) => name === 'body') ||
  !children.some((child) => child.name === 'subject' || (child.name === 'retracted' && child.getNS() === NS_RETRACT));
