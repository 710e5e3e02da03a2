import { ReadCache } from '../cache.ts';
import type { Change } from '../changes.ts';
import type { BroughtByCircles, Id, RosterItem, SubscriptionRequest } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { RosterReads } from '../store.ts';

interface Row {
  contact: string;
  name: string;
  groups: string;
  subscription: RosterItem['subscription'];
  ask: number;
  approved: number;
  circles: string | null;
  knowsUsAt: string;
}

const columns = 'contact, name, groups, subscription, ask, approved, circles, knows_us_at AS knowsUsAt';

export class SqliteRoster implements RosterReads {
  readonly #db: Sqlite;
  readonly #boxId: string;
  readonly #cache = new ReadCache<ReadonlyMap<string, RosterItem>>(1000);

  constructor(db: Sqlite, boxId: string) {
    this.#db = db;
    this.#boxId = boxId;
  }

  items(account: Id): RosterItem[] {
    return [...this.#roster(account).values()];
  }

  item(account: Id, contact: string): RosterItem | undefined {
    return this.#roster(account).get(contact);
  }

  requests(account: Id): SubscriptionRequest[] {
    return this.#db.all<SubscriptionRequest>(
      'SELECT contact, stanza FROM subscription_requests WHERE account = ? AND removed = 0 ORDER BY hlc',
      account,
    );
  }

  version(account: Id): string {
    const position = this.#position(account);
    return position === 0 ? '' : this.#versionAt(position);
  }

  changesSince(account: Id, version: string): ReturnType<RosterReads['changesSince']> {
    const [boxId, digits = ''] = version.split('-');
    // Boxes apply changes in orders of their own, so another box's version says nothing here.
    if (boxId !== this.#boxId || !/^[1-9]\d{0,14}$/.test(digits)) return undefined;
    const position = Number(digits);
    if (position > this.#position(account)) return undefined;
    const rows = this.#db.all<Row & { removed: number; position: number }>(
      `SELECT ${columns}, removed, position FROM roster_items WHERE account = ? AND position > ? ORDER BY position`,
      account,
      position,
    );
    return rows.map((row) => ({
      contact: row.contact,
      item: row.removed === 1 ? undefined : itemOf(row),
      version: this.#versionAt(row.position),
    }));
  }

  /** Drops from the cache what this change made stale. */
  forget(change: Change): void {
    switch (change.kind) {
      case 'roster item set':
      case 'roster item removed':
      case 'account removed':
        this.#cache.forget(change.data.account);
    }
  }

  #roster(account: Id): ReadonlyMap<string, RosterItem> {
    return this.#cache.get(account, () => {
      const rows = this.#db.all<Row>(
        `SELECT ${columns} FROM roster_items WHERE account = ? AND removed = 0 ORDER BY contact`,
        account,
      );
      return new Map(rows.map((row) => [row.contact, itemOf(row)]));
    });
  }

  #position(account: Id): number {
    const row = this.#db.get<{ position: number | null }>(
      'SELECT max(position) AS position FROM roster_items WHERE account = ?',
      account,
    );
    return row?.position ?? 0;
  }

  #versionAt(position: number): string {
    return `${this.#boxId}-${position}`;
  }
}

/** Frozen, as one object serves all callers. */
function itemOf(row: Row): RosterItem {
  const item: RosterItem = {
    contact: row.contact,
    name: row.name,
    groups: JSON.parse(row.groups) as string[],
    subscription: row.subscription,
    ask: row.ask === 1,
    approved: row.approved === 1,
    ...(row.circles !== null && { circles: JSON.parse(row.circles) as BroughtByCircles }),
    ...(row.knowsUsAt !== '' && { knowsUsAt: row.knowsUsAt }),
  };
  Object.freeze(item.groups);
  return Object.freeze(item);
}
