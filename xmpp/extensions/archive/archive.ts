/**
 * XEP-0313: Message Archive Management. Each side of a conversation keeps its own copy; both are on disk before the message is
 * delivered, and what is delivered names its id in the archive.
 */
import { assertWithinQuota, isWithinQuota } from '../../access/quota.ts';
import { answerPage, metadataElement, resultMessage } from '../../archiving/page.ts';
import { NS_ARCHIVE as NS, NS_FULLTEXT, queryForm, readQuery, searchForm } from '../../archiving/query.ts';
import { isSearchable, searchText, tendSearch } from '../../archiving/search.ts';
import type { Extension, Host } from '../../extension.ts';
import type { MessageEvent } from '../../routing/hooks.ts';
import type { IqRequest } from '../../routing/iq-table.ts';
import type { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import type { ArchivedMessage } from '../../store/archive-model.ts';
import { change } from '../../store/changes.ts';
import type { Account } from '../../store/model.ts';
import { type Element, embeddedText, parse, xml } from '../../xml.ts';
import { accountOf, getPreferences, setPreferences } from './preferences.ts';
import { addSearchCommand } from './search-command.ts';
import { isWanted, isWorthKeeping } from './worth.ts';

const NS_STANZA_ID = 'urn:xmpp:sid:0';
const DAY_MS = 86_400_000;

export const archive: Extension = {
  name: 'archive',
  xep: [
    { number: '0313', title: 'Message Archive Management', version: '1.1.3', status: 'complete' },
    { number: '0059', title: 'Result Set Management', version: '1.0', status: 'partial', note: 'no pages by index' },
    { number: '0334', title: 'Message Processing Hints', version: '1.0.0', status: 'complete' },
    {
      number: '0431',
      title: 'Full Text Search in MAM',
      version: '0.2.0',
      status: 'complete',
      note: 'For members who switch it on.',
    },
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
    // XEP-0386: where the archive stood as the resource was bound.
    host.hooks.on('session binding', ({ session, add }) =>
      add(metadataElement(host.store.archive.ends(session.account.id))),
    );
    host.hooks.on('night', ({ work }) =>
      work.push(
        () => prune(host),
        () => tendSearch(host, host.accounts.list()),
      ),
    );
    host.hooks.on('account disco info', ({ account, asker, node, features }) => {
      if (node === undefined && isOwn(host, account, asker) && isSearchable(host, account)) features.push(NS_FULLTEXT);
    });
    addSearchCommand(host);
    host.iq.handle('get', 'account', 'query', NS, 'owner', (request) =>
      isSearchable(host, accountOf(request)) ? searchForm() : queryForm(),
    );
    host.iq.handle('set', 'account', 'query', NS, 'owner', (request) => answer(host, request));
    host.iq.handle('get', 'account', 'metadata', NS, 'owner', (request) =>
      metadataElement(host.store.archive.ends(accountOf(request).id)),
    );
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
  const text = isSearchable(host, account) ? searchText(stanza) : undefined;
  const found = text === undefined ? {} : { text };
  const kept = embeddedText(stanza);
  const growth = Buffer.byteLength(kept);
  // Who writes is told that it is full, and can do something about it; what others write still comes, but is not kept here.
  if (direction === 'out') assertWithinQuota(host, account.id, 'archive', growth);
  else if (!isWithinQuota(host, account.id, 'archive', growth)) return;
  changes.push(change('message archived', { ...message, stanza: kept, ...found }));
  stanza.append(xml('stanza-id', { xmlns: NS_STANZA_ID, by: host.addressOf(account), id }));
}

/** What is older than the owner of the box wants to keep. Rooms see to their own (extensions/muc/retention.ts). */
async function prune(host: Host): Promise<void> {
  const { days } = host.config.archive;
  if (days === 0) return;
  const { archive: archives, journal } = host.store;
  const beforeMs = host.clock.nowMs() - days * DAY_MS;
  for (const { id } of host.accounts.list()) {
    const first = archives.ends(id)?.first;
    if (first && first.atMs < beforeMs) await journal.commit(change('archive pruned', { account: id, beforeMs }));
  }
}

/** Section 4: the messages first, then the result that ends them. */
function answer(host: Host, request: IqRequest): Element {
  const { session, payload } = request;
  if (!session) throw new StanzaError('not-allowed');
  const account = accountOf(request);
  const query = readQuery(host.store.archive, account.id, payload, { search: isSearchable(host, account) });
  const { messages, fin } = answerPage(host.store.archive.page(query), query, payload);
  const addresses = { from: session.jid.bare.toString(), to: session.jid.toString() };
  for (const message of messages) {
    const id = host.store.newId();
    session.send(resultMessage({ id, ...addresses }, message, parse(message.stanza), payload.attrs.queryid));
  }
  return fin;
}
