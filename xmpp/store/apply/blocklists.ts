import type { Sqlite } from '../sqlite.ts';
import type { Appliers } from './applier.ts';

/** A list as a whole stands for all that was told of it before, whichever of the two comes first. */
export const blocklistAppliers = {
  'blocklist kept'(db, { server, service, node, readMs, entries }, hlc) {
    setWhole(db, { server, service, node, readMs, entries, removed: 0 }, hlc);
  },

  'blocklist entry set'(db, { server, service, node, entry, why, listed }, hlc) {
    db.run(
      `INSERT INTO blocklist_entries (server, service, node, entry, why, listed, hlc)
       SELECT :server, :service, :node, :entry, :why, :listed, :hlc WHERE NOT EXISTS
         (SELECT 1 FROM blocklists WHERE server = :server AND service = :service AND node = :node AND hlc > :hlc)
       ON CONFLICT DO UPDATE SET why = excluded.why, listed = excluded.listed, hlc = excluded.hlc
       WHERE excluded.hlc > blocklist_entries.hlc`,
      { server, service, node, entry, why, listed: listed ? 1 : 0, hlc },
    );
  },

  'blocklist forgotten'(db, { server, service, node }, hlc) {
    setWhole(db, { server, service, node, readMs: 0, entries: '', removed: 1 }, hlc);
  },
} satisfies Partial<Appliers>;

interface Whole {
  server: string;
  service: string;
  node: string;
  readMs: number;
  entries: string;
  removed: 0 | 1;
}

function setWhole(db: Sqlite, { server, service, node, readMs, entries, removed }: Whole, hlc: string): void {
  db.run(
    `INSERT INTO blocklists (server, service, node, read_ms, entries, removed, hlc) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET read_ms = excluded.read_ms, entries = excluded.entries, removed = excluded.removed,
       hlc = excluded.hlc
     WHERE excluded.hlc > blocklists.hlc`,
    server,
    service,
    node,
    readMs,
    entries,
    removed,
    hlc,
  );
  db.run(
    'DELETE FROM blocklist_entries WHERE server = ? AND service = ? AND node = ? AND hlc < ?',
    server,
    service,
    node,
    hlc,
  );
}
