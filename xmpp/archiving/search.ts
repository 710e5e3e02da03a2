/**
 * Which members find the messages of their own archive by their words (XEP-0431), and by which words. The owner of the box permits
 * it, each member chooses; what was archived before is indexed in the background.
 */
import type { Host } from '../extension.ts';
import { isEncrypted } from '../im/message-content.ts';
import { change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { type Element, parse } from '../xml.ts';

/** Characters of a message by which it is found. */
const MAX_SEARCHED = 20_000;
/** Messages that are read, and committed, at a time. */
const AT_ONCE = 100;

type SearchHost = Pick<Host, 'store' | 'config' | 'log'>;

export const isSearchable = ({ config, store }: SearchHost, account: Account): boolean =>
  config.archive.search && store.archive.search(account.id)?.on === true;

/** By what a message is found; undefined for one that has no plain text. */
export function searchText(stanza: Element): string | undefined {
  const body = isEncrypted(stanza) ? undefined : stanza.getChildText('body');
  return body ? body.slice(0, MAX_SEARCHED) : undefined;
}

/** Resolves when the choice is on disk, and no words are where it is off; indexing goes on after that. */
export async function chooseSearch(host: SearchHost, account: Account, on: boolean): Promise<void> {
  if ((host.store.archive.search(account.id)?.on ?? false) === on) return;
  await host.store.journal.commit(change('archive search set', { account: account.id, on }));
  if (!on) return;
  indexArchive(host, account).catch((error: unknown) => {
    host.log.warn({ error: String(error) }, 'an archive is indexed at night only');
  });
}

/** Newest first, from where it was left off, until all is indexed or the member chooses otherwise. */
export async function indexArchive(host: SearchHost, account: Account): Promise<void> {
  const { archive, journal } = host.store;
  for (;;) {
    const downTo = archive.search(account.id)?.downTo;
    if (!isSearchable(host, account) || downTo === '') return;
    const page = archive.before(account.id, downTo ?? undefined, AT_ONCE);
    const words = page.flatMap(({ id, stanza }) => {
      const text = searchText(parse(stanza));
      return text === undefined ? [] : [{ id, text }];
    });
    const left = page.length < AT_ONCE ? '' : (page.at(-1)?.id ?? '');
    await journal.commit(change('archive words added', { account: account.id, words, downTo: left }));
  }
}

/** Run at night: what a stop of the box interrupted goes on; words go where the owner of the box permits none any more. */
export async function tendSearch(host: SearchHost, accounts: readonly Account[]): Promise<void> {
  for (const account of accounts) {
    if (host.config.archive.search) await indexArchive(host, account);
    else await chooseSearch(host, account, false);
  }
}
