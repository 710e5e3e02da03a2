/**
 * An archive's answers (XEP-0313), whosever archive it is: a page of messages with the `<fin/>` that ends it, and what the archive
 * holds at its ends.
 */
import { dateTime } from '../clock.ts';
import { pageElement } from '../result-set.ts';
import type { ArchivedMessage, ArchivePage, ArchiveQuery } from '../store/archive-model.ts';
import { type Element, xml } from '../xml.ts';
import { NS_ARCHIVE } from './query.ts';

/** A page ends where it grows beyond this, so that one query cannot fill the way out to a client. */
const MAX_PAGE_CHARACTERS = 1_000_000;

export interface PageAnswer {
  /** In the order in which they are to be sent, before the result. */
  messages: readonly ArchivedMessage[];
  /** The payload of the result. */
  fin: Element;
}

/** Section 4.3. `payload` is the query's `<query/>`. */
export function answerPage(page: ArchivePage, query: ArchiveQuery, payload: Element): PageAnswer {
  const messages = fitting(page.messages, query.fromEnd, payload.attrs.queryid?.length ?? 0);
  const index = page.index + (query.fromEnd ? page.messages.length - messages.length : 0);
  const complete = page.complete && messages.length === page.messages.length;
  const bounds = { first: messages[0]?.id, last: messages.at(-1)?.id, index, count: page.total };
  const attrs = { xmlns: NS_ARCHIVE, complete: complete ? 'true' : undefined, stable: 'true' };
  return {
    messages: payload.getChild('flip-page') ? messages.toReversed() : messages,
    fin: xml('fin', attrs, pageElement(bounds)),
  };
}

/**
 * As many as one page may hold, from the end that the client goes on from; always one.
 * @param each characters that the query itself adds to each of them
 */
function fitting(messages: readonly ArchivedMessage[], fromEnd: boolean, each: number): readonly ArchivedMessage[] {
  const nearestFirst = fromEnd ? messages.toReversed() : messages;
  let characters = 0;
  let count = 0;
  for (const { stanza } of nearestFirst) {
    characters += stanza.length + each;
    if (characters > MAX_PAGE_CHARACTERS && count > 0) break;
    count += 1;
  }
  return fromEnd ? messages.slice(messages.length - count) : messages.slice(0, count);
}

export interface ResultAddresses {
  id: string;
  from: string;
  to: string;
}

/** One message of a page (section 4.2); `stanza` is the archived one as its reader is to see it, with its `xmlns`. */
export function resultMessage(
  addresses: ResultAddresses,
  { id, atMs }: ArchivedMessage,
  stanza: Element,
  queryid: string | undefined,
): Element {
  const delay = xml('delay', { xmlns: 'urn:xmpp:delay', stamp: dateTime(atMs) });
  const forwarded = xml('forwarded', { xmlns: 'urn:xmpp:forward:0' }, delay, stanza);
  return xml('message', { ...addresses }, xml('result', { xmlns: NS_ARCHIVE, queryid, id }, forwarded));
}

/** Section 5. Empty for an empty archive. */
export function metadataElement(ends: { first: ArchivedMessage; last: ArchivedMessage } | undefined): Element {
  const end = (name: 'start' | 'end', { id, atMs }: ArchivedMessage) => xml(name, { id, timestamp: dateTime(atMs) });
  const children = ends ? [end('start', ends.first), end('end', ends.last)] : [];
  return xml('metadata', { xmlns: NS_ARCHIVE }, ...children);
}
