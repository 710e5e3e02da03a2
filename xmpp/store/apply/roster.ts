import type { Id, RosterItem } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { Appliers } from './applier.ts';

export const rosterAppliers = {
  'roster item set'(db, { account, item }, hlc) {
    writeItem(db, account, item, false, hlc);
  },

  'roster item removed'(db, { account, contact }, hlc) {
    const nothing: RosterItem = { contact, name: '', groups: [], subscription: 'none', ask: false, approved: false };
    writeItem(db, account, nothing, true, hlc);
  },

  'subscription request kept'(db, { account, contact, stanza }, hlc) {
    writeRequest(db, account, contact, stanza, false, hlc);
  },

  'subscription request cleared'(db, { account, contact }, hlc) {
    writeRequest(db, account, contact, '', true, hlc);
  },
} satisfies Partial<Appliers>;

function writeItem(db: Sqlite, account: Id, item: RosterItem, removed: boolean, hlc: string): void {
  db.run(
    `INSERT INTO roster_items (account, contact, name, groups, subscription, ask, approved, circles, knows_us_at, removed, hlc, position)
     VALUES (:account, :contact, :name, :groups, :subscription, :ask, :approved, :circles, :knowsUsAt, :removed, :hlc,
       (SELECT coalesce(max(position), 0) + 1 FROM roster_items WHERE account = :account))
     ON CONFLICT (account, contact) DO UPDATE SET name = excluded.name, groups = excluded.groups,
       subscription = excluded.subscription, ask = excluded.ask, approved = excluded.approved,
       circles = excluded.circles, knows_us_at = excluded.knows_us_at, removed = excluded.removed, hlc = excluded.hlc, position = excluded.position
     WHERE excluded.hlc > roster_items.hlc`,
    {
      account,
      contact: item.contact,
      name: item.name,
      groups: JSON.stringify(item.groups),
      subscription: item.subscription,
      ask: item.ask ? 1 : 0,
      approved: item.approved ? 1 : 0,
      circles: item.circles ? JSON.stringify(item.circles) : null,
      knowsUsAt: item.knowsUsAt ?? '',
      removed: removed ? 1 : 0,
      hlc,
    },
  );
}

function writeRequest(db: Sqlite, account: Id, contact: string, stanza: string, removed: boolean, hlc: string): void {
  db.run(
    `INSERT INTO subscription_requests (account, contact, stanza, removed, hlc) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET stanza = excluded.stanza, removed = excluded.removed, hlc = excluded.hlc
     WHERE excluded.hlc > subscription_requests.hlc`,
    account,
    contact,
    stanza,
    removed ? 1 : 0,
    hlc,
  );
}
