import { idBoundAt, timeOfId } from '../ids.ts';
import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import { type Appliers, tombstoneMs } from './applier.ts';

export const nodeAppliers = {
  'node set'(db, { owner, node, config, creator = '', createdMs = 0 }, hlc) {
    db.run(
      `INSERT INTO nodes (owner, node, config, creator, created_ms, removed, hlc, emptied_hlc)
       VALUES (?, ?, ?, ?, ?, 0, ?, '')
       ON CONFLICT DO UPDATE SET config = excluded.config, creator = excluded.creator, created_ms = excluded.created_ms,
         removed = 0, hlc = excluded.hlc
       WHERE excluded.hlc > nodes.hlc`,
      owner,
      node,
      JSON.stringify(config),
      creator,
      createdMs,
      hlc,
    );
  },

  'node removed'(db, { owner, node }, hlc) {
    db.run(
      `INSERT INTO nodes (owner, node, config, removed, hlc, emptied_hlc) VALUES (?, ?, '{}', 1, ?, '')
       ON CONFLICT DO UPDATE SET config = '{}', creator = '', created_ms = 0, removed = 1, hlc = excluded.hlc
       WHERE excluded.hlc > nodes.hlc`,
      owner,
      node,
      hlc,
    );
    empty(db, owner, node, hlc);
    for (const table of ['node_affiliations', 'node_subscriptions'])
      db.run(`DELETE FROM ${table} WHERE owner = ? AND node = ? AND hlc < ?`, owner, node, hlc);
    db.run('UPDATE nodes SET removed_hlc = :hlc WHERE owner = :owner AND node = :node AND removed_hlc < :hlc', {
      owner,
      node,
      hlc,
    });
  },

  'item published'(db, { owner, node, id, publisher, atMs, payload, keep }, hlc) {
    db.run(
      `INSERT INTO node_items (owner, node, id, publisher, at_ms, payload, removed, hlc)
       SELECT :owner, :node, :id, :publisher, :atMs, :payload, 0, :hlc
       WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE owner = :owner AND node = :node AND emptied_hlc > :hlc)
       ON CONFLICT DO UPDATE SET publisher = excluded.publisher, at_ms = excluded.at_ms, payload = excluded.payload,
         removed = 0, hlc = excluded.hlc
       WHERE excluded.hlc > node_items.hlc`,
      { owner, node, id, publisher, atMs, payload, hlc },
    );
    db.run(
      `DELETE FROM node_items WHERE owner = :owner AND node = :node AND removed = 0 AND hlc <=
         (SELECT hlc FROM node_items WHERE owner = :owner AND node = :node AND removed = 0
         ORDER BY hlc DESC LIMIT 1 OFFSET :keep)`,
      { owner, node, keep },
    );
  },

  'item retracted'(db, { owner, node, id }, hlc) {
    db.run(
      `INSERT INTO node_items (owner, node, id, publisher, at_ms, payload, removed, hlc) VALUES (?, ?, ?, '', 0, '', 1, ?)
       ON CONFLICT DO UPDATE SET publisher = '', at_ms = 0, payload = '', removed = 1, hlc = excluded.hlc
       WHERE excluded.hlc > node_items.hlc`,
      owner,
      node,
      id,
      hlc,
    );
    forget(db, 'node_items', 'removed = 1', owner, node, hlc);
  },

  'items expired'(db, { owner, node, beforeMs }) {
    db.run('DELETE FROM node_items WHERE owner = ? AND node = ? AND removed = 0 AND at_ms < ?', owner, node, beforeMs);
  },

  'node purged'(db, { owner, node }, hlc) {
    // The hlc '' lets any 'node set' that is still on its way make the node.
    db.run(
      `INSERT INTO nodes (owner, node, config, removed, hlc, emptied_hlc) VALUES (?, ?, '{}', 1, '', '')
       ON CONFLICT DO NOTHING`,
      owner,
      node,
    );
    empty(db, owner, node, hlc);
  },

  'node affiliation set'(db, { owner, node, jid, affiliation }, hlc) {
    db.run(
      `INSERT INTO node_affiliations (owner, node, jid, affiliation, hlc)
       SELECT :owner, :node, :jid, :affiliation, :hlc
       WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE owner = :owner AND node = :node AND removed_hlc > :hlc)
       ON CONFLICT DO UPDATE SET affiliation = excluded.affiliation, hlc = excluded.hlc
       WHERE excluded.hlc > node_affiliations.hlc`,
      { owner, node, jid, affiliation, hlc },
    );
    forget(db, 'node_affiliations', "affiliation = 'none'", owner, node, hlc);
  },

  'node subscription set'(db, { owner, node, jid, state, options }, hlc) {
    db.run(
      `INSERT INTO node_subscriptions (owner, node, jid, state, options, hlc)
       SELECT :owner, :node, :jid, :state, :options, :hlc
       WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE owner = :owner AND node = :node AND removed_hlc > :hlc)
       ON CONFLICT DO UPDATE SET state = excluded.state, options = excluded.options, hlc = excluded.hlc
       WHERE excluded.hlc > node_subscriptions.hlc`,
      { owner, node, jid, state, options: JSON.stringify(options), hlc },
    );
    forget(db, 'node_subscriptions', "state = 'none'", owner, node, hlc);
  },
} satisfies Partial<Appliers>;

function empty(db: Sqlite, owner: Id, node: string, hlc: string): void {
  db.run('DELETE FROM node_items WHERE owner = ? AND node = ? AND hlc < ?', owner, node, hlc);
  db.run('UPDATE nodes SET emptied_hlc = :hlc WHERE owner = :owner AND node = :node AND emptied_hlc < :hlc', {
    owner,
    node,
    hlc,
  });
}

/** Old tombstones go. */
function forget(db: Sqlite, table: string, isTombstone: string, owner: Id, node: string, hlc: string): void {
  const bound = idBoundAt(timeOfId(hlc) - tombstoneMs);
  db.run(`DELETE FROM ${table} WHERE owner = ? AND node = ? AND ${isTombstone} AND hlc < ?`, owner, node, bound);
}
