import type {
  ArchivedMessage,
  ArchivePage,
  ArchivePreferences,
  ArchiveQuery,
  ArchiveSearch,
} from '../archive-model.ts';
import { ReadCache } from '../cache.ts';
import type { Change } from '../changes.ts';
import type { Id } from '../model.ts';
import type { Sqlite, SqlValue } from '../sqlite.ts';
import type { ArchiveReads } from '../store.ts';

const select = `SELECT account, id, peer, peer_full AS peerFull, direction, at_ms AS atMs, stanza FROM archive`;

const ofAccount = 'account = ?';

/** A WHERE clause that grows. Its text comes only from this file, so the statements prepared for it are few. */
interface Filter {
  sql: string;
  values: SqlValue[];
}

function and(filter: Filter, sql: string, value: SqlValue | undefined): Filter {
  return value === undefined ? filter : { sql: `${filter.sql} AND ${sql}`, values: [...filter.values, value] };
}

/** Newest of those that a search finds. */
const MAX_FOUND = 5000;
const MAX_WORDS = 20;

function matching(query: ArchiveQuery, found: readonly Id[] | undefined): Filter {
  let filter: Filter = { sql: ofAccount, values: [query.account] };
  const isFull = query.with?.includes('/') ?? false;
  const bare = query.with?.split('/')[0];
  filter = and(filter, 'peer = ?', bare);
  if (isFull) filter = and(filter, 'peer_full = ?', query.with);
  filter = and(filter, 'at_ms >= ?', query.startMs);
  filter = and(filter, 'at_ms <= ?', query.endMs);
  filter = and(filter, 'id IN (SELECT value FROM json_each(?))', query.ids && JSON.stringify(query.ids));
  return and(filter, 'id IN (SELECT value FROM json_each(?))', found && JSON.stringify(found));
}

export class SqliteArchive implements ArchiveReads {
  readonly #db: Sqlite;
  /** By account; false where it has said nothing. */
  readonly #preferences = new ReadCache<ArchivePreferences | false>(1000);
  readonly #searches = new ReadCache<ArchiveSearch | false>(1000);

  constructor(db: Sqlite) {
    this.#db = db;
  }

  page(query: ArchiveQuery): ArchivePage {
    const matches = matching(query, query.words === undefined ? undefined : this.#find(query.account, query.words));
    const bounded = and(and(matches, 'id > ?', query.afterId), 'id < ?', query.beforeId);
    const found = this.#ids(bounded, query.limit + 1, query.fromEnd);
    const complete = found.length <= query.limit;
    const ids = found.slice(0, query.limit);
    const messages = this.#messages(query.account, query.fromEnd ? ids.reverse() : ids);
    const total = matches.sql === ofAccount ? this.#size(query.account) : this.#count(matches);
    return { messages, total, index: this.#index(query, matches, messages[0]?.id, total), complete };
  }

  /** Every word as it is written, so that nothing in it means anything to FTS5. */
  #find(account: Id, text: string): Id[] {
    const words = text.match(/[\p{L}\p{N}]+/gu)?.slice(0, MAX_WORDS) ?? [];
    if (words.length === 0) return [];
    const rows = this.#db.all<{ id: Id }>(
      `SELECT id FROM search_words JOIN searchable ON searchable.row = search_words.rowid
       WHERE search_words MATCH ? AND account = ? ORDER BY search_words.rowid DESC LIMIT ?`,
      `${words.map((word) => `"${word}"`).join(' ')}*`,
      account,
      MAX_FOUND,
    );
    return rows.map(({ id }) => id);
  }

  has(account: Id, id: Id): boolean {
    return this.#db.get('SELECT 1 FROM archive WHERE account = ? AND id = ?', account, id) !== undefined;
  }

  message(account: Id, id: Id): ArchivedMessage | undefined {
    return this.#db.get<ArchivedMessage>(`${select} WHERE account = ? AND id = ?`, account, id);
  }

  ends(account: Id): { first: ArchivedMessage; last: ArchivedMessage } | undefined {
    const first = this.#db.get<ArchivedMessage>(`${select} WHERE account = ? ORDER BY id LIMIT 1`, account);
    const last = this.#db.get<ArchivedMessage>(`${select} WHERE account = ? ORDER BY id DESC LIMIT 1`, account);
    return first && last && { first, last };
  }

  preferences(account: Id): ArchivePreferences | undefined {
    return this.#preferences.get(account, () => this.#readPreferences(account)) || undefined;
  }

  #readPreferences(account: Id): ArchivePreferences | false {
    const row = this.#db.get<{ preferences: string }>(
      'SELECT preferences FROM archive_preferences WHERE account = ?',
      account,
    );
    return row === undefined ? false : Object.freeze(JSON.parse(row.preferences) as ArchivePreferences);
  }

  search(account: Id): ArchiveSearch | undefined {
    return this.#searches.get(account, () => this.#readSearch(account)) || undefined;
  }

  #readSearch(account: Id): ArchiveSearch | false {
    const row = this.#db.get<{ isOn: number; downTo: Id | null }>(
      'SELECT is_on AS isOn, down_to AS downTo FROM archive_searches WHERE account = ?',
      account,
    );
    return row === undefined ? false : Object.freeze({ on: row.isOn === 1, downTo: row.downTo });
  }

  before(account: Id, id: Id | undefined, limit: number): ArchivedMessage[] {
    const { sql, values } = and({ sql: ofAccount, values: [account] }, 'id < ?', id);
    return this.#db.all<ArchivedMessage>(`${select} WHERE ${sql} ORDER BY id DESC LIMIT ?`, ...values, limit);
  }

  /** Drops from the cache what this change made stale. */
  forget(change: Change): void {
    switch (change.kind) {
      case 'archive preferences set':
        this.#preferences.forget(change.data.account);
        break;
      case 'archive search set':
      case 'archive words added':
        this.#searches.forget(change.data.account);
        break;
      case 'account removed':
        this.#preferences.forget(change.data.account);
        this.#searches.forget(change.data.account);
    }
  }

  sentSince(server: Id, sinceMs: number): number {
    const row = this.#db.get<{ n: number }>(
      `SELECT count(*) AS n FROM archive JOIN accounts ON accounts.id = archive.account
       WHERE direction = 'out' AND at_ms >= ? AND server = ?`,
      sinceMs,
      server,
    );
    return row?.n ?? 0;
  }

  /** Ids alone first: sorting and counting then stay within an index, and only the page's own messages are read. */
  #ids(filter: Filter, limit: number, fromEnd: boolean): Id[] {
    const rows = this.#db.all<{ id: Id }>(
      `SELECT id FROM archive WHERE ${filter.sql} ORDER BY id ${fromEnd ? 'DESC' : 'ASC'} LIMIT ?`,
      ...filter.values,
      limit,
    );
    return rows.map((row) => row.id);
  }

  #messages(account: Id, ids: Id[]): ArchivedMessage[] {
    return ids.flatMap((id) => this.message(account, id) ?? []);
  }

  /** Counted from the page to the end, which is the short way for clients that catch up or page backwards. */
  #index({ fromEnd, afterId }: ArchiveQuery, matches: Filter, first: Id | undefined, total: number): number {
    if (first === undefined || (!fromEnd && afterId === undefined)) return 0;
    return total - this.#count(and(matches, 'id >= ?', first));
  }

  #size(account: Id): number {
    const row = this.#db.get<{ messages: number }>('SELECT messages FROM archive_sizes WHERE account = ?', account);
    return row?.messages ?? 0;
  }

  #count(filter: Filter): number {
    return (
      this.#db.get<{ n: number }>(`SELECT count(*) AS n FROM archive WHERE ${filter.sql}`, ...filter.values)?.n ?? 0
    );
  }
}
