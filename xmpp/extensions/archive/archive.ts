/**
 * XEP-0313: Message Archive Management. Each side of a conversation keeps its own copy; both are on disk before the message is
 * delivered, and what is delivered names its id in the archive.
 */
import { dateTime } from '../../clock.ts';
import type { Extension, Host } from '../../extension.ts';
import { pageElement } from '../../result-set.ts';
import type { MessageEvent } from '../../routing/hooks.ts';
import type { IqRequest } from '../../routing/iq-table.ts';
import type { Jid } from '../../routing/jid.ts';
import type { Session } from '../../routing/session.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import type { Account, ArchivedMessage } from '../../store/model.ts';
import { type Element, embed, parse, xml } from '../../xml.ts';
import { getPreferences, setPreferences } from './preferences.ts';
import { accountOf, NS, queryForm, readQuery } from './query.ts';
import { isWanted, isWorthKeeping } from './worth.ts';

const NS_STANZA_ID = 'urn:xmpp:sid:0';

/** A page ends where it grows beyond this, so that one query cannot fill the way out to a client. */
const MAX_PAGE_CHARACTERS = 1_000_000;

export const archive: Extension = {
  name: 'archive',
  xep: [
    { number: '0313', title: 'Message Archive Management', version: '1.1.3', status: 'complete' },
    { number: '0059', title: 'Result Set Management', version: '1.0', status: 'partial', note: 'no pages by index' },
    { number: '0334', title: 'Message Processing Hints', version: '1.0.0', status: 'complete' },
    { number: '0441', title: 'Message Archive Management Preferences', version: '0.2.0', status: 'complete' },
  ],
  features: { account: [NS, `${NS}#extended`, `${NS}#groupchat-field`] },
  attach(host) {
    host.hooks.on('message received', (event) => {
      // A member's message to itself is kept once, and counts as sent.
      keep(host, event, event.from, isOwn(host, event.account, event.from) ? 'out' : 'in');
    });
    host.hooks.on('message sent', (event) => {
      if (!isOwn(host, event.account, event.to)) keep(host, event, event.to, 'out');
    });
    host.iq.handle('get', 'account', 'query', NS, 'owner', queryForm);
    host.iq.handle('set', 'account', 'query', NS, 'owner', (request) => answer(host, request));
    host.iq.handle('get', 'account', 'metadata', NS, 'owner', (request) => metadata(host, request));
    host.iq.handle('get', 'account', 'prefs', NS, 'owner', (request) => getPreferences(host, request, NS));
    host.iq.handle('set', 'account', 'prefs', NS, 'owner', (request) => setPreferences(host, request, NS));
  },
};

const isOwn = (host: Host, account: Account, jid: Jid) => jid.local === account.local && host.serves(jid.domain);

function keep(host: Host, event: MessageEvent, other: Jid, direction: ArchivedMessage['direction']): void {
  const { account, stanza, changes } = event;
  if (!isWorthKeeping(stanza) || !isWanted(host, account, other)) return;
  const id = host.store.newId();
  const addresses = { peer: other.bare.toString(), peerFull: other.toString() };
  const message = { account: account.id, id, ...addresses, direction, atMs: host.clock.nowMs() };
  changes.push(change('message archived', { ...message, stanza: embed(stanza).toString() }));
  stanza.append(xml('stanza-id', { xmlns: NS_STANZA_ID, by: host.addressOf(account), id }));
}

/** Section 4: the messages first, then the result that ends them. */
function answer(host: Host, request: IqRequest): Element {
  const { session, payload } = request;
  if (!session) throw new StanzaError('not-allowed');
  const query = readQuery(host, accountOf(request), payload);
  const page = host.store.archive.page(query);
  const messages = fitting(page.messages, query.fromEnd);
  const index = page.index + (query.fromEnd ? page.messages.length - messages.length : 0);
  const inOrder = payload.getChild('flip-page') ? messages.toReversed() : messages;
  for (const message of inOrder) session.send(resultMessage(host, session, message, payload.attrs.queryid));
  const complete = page.complete && messages.length === page.messages.length;
  const bounds = { first: messages[0]?.id, last: messages.at(-1)?.id, index, count: page.total };
  return xml('fin', { xmlns: NS, complete: complete ? 'true' : undefined, stable: 'true' }, pageElement(bounds));
}

/** As many as one page may hold, from the end that the client goes on from; always one. */
function fitting(messages: readonly ArchivedMessage[], fromEnd: boolean): readonly ArchivedMessage[] {
  const nearestFirst = fromEnd ? messages.toReversed() : messages;
  let characters = 0;
  let count = 0;
  for (const { stanza } of nearestFirst) {
    characters += stanza.length;
    if (characters > MAX_PAGE_CHARACTERS && count > 0) break;
    count += 1;
  }
  return fromEnd ? messages.slice(messages.length - count) : messages.slice(0, count);
}

function resultMessage(
  host: Host,
  session: Session,
  { id, atMs, stanza }: ArchivedMessage,
  queryid: string | undefined,
): Element {
  const forwarded = xml(
    'forwarded',
    { xmlns: 'urn:xmpp:forward:0' },
    xml('delay', { xmlns: 'urn:xmpp:delay', stamp: dateTime(atMs) }),
    parse(stanza),
  );
  return xml(
    'message',
    { id: host.store.newId(), from: session.jid.bare.toString(), to: session.jid.toString() },
    xml('result', { xmlns: NS, queryid, id }, forwarded),
  );
}

/** Section 5 */
function metadata(host: Host, request: IqRequest): Element {
  const ends = host.store.archive.ends(accountOf(request).id);
  const end = (name: 'start' | 'end', { id, atMs }: ArchivedMessage) => xml(name, { id, timestamp: dateTime(atMs) });
  return ends
    ? xml('metadata', { xmlns: NS }, end('start', ends.first), end('end', ends.last))
    : xml('metadata', { xmlns: NS });
}
