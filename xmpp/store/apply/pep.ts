import { idBoundAt, timeOfId } from '../ids.ts';
import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import { type Appliers, tombstoneMs } from './applier.ts';

export const pepAppliers = {
  'node set'(db, { owner, node, config }, hlc) {
    db.run(
      `INSERT INTO pep_nodes (owner, node, config, removed, hlc, emptied_hlc) VALUES (?, ?, ?, 0, ?, '')
       ON CONFLICT DO UPDATE SET config = excluded.config, removed = 0, hlc = excluded.hlc
       WHERE excluded.hlc > pep_nodes.hlc`,
      owner,
      node,
      JSON.stringify(config),
      hlc,
    );
  },

  'node removed'(db, { owner, node }, hlc) {
    db.run(
      `INSERT INTO pep_nodes (owner, node, config, removed, hlc, emptied_hlc) VALUES (?, ?, '{}', 1, ?, '')
       ON CONFLICT DO UPDATE SET config = '{}', removed = 1, hlc = excluded.hlc WHERE excluded.hlc > pep_nodes.hlc`,
      owner,
      node,
      hlc,
    );
    empty(db, owner, node, hlc);
  },

  'item published'(db, { owner, node, id, publisher, atMs, payload, keep }, hlc) {
    db.run(
      `INSERT INTO pep_items (owner, node, id, publisher, at_ms, payload, removed, hlc)
       SELECT :owner, :node, :id, :publisher, :atMs, :payload, 0, :hlc
       WHERE NOT EXISTS (SELECT 1 FROM pep_nodes WHERE owner = :owner AND node = :node AND emptied_hlc > :hlc)
       ON CONFLICT DO UPDATE SET publisher = excluded.publisher, at_ms = excluded.at_ms, payload = excluded.payload,
         removed = 0, hlc = excluded.hlc
       WHERE excluded.hlc > pep_items.hlc`,
      { owner, node, id, publisher, atMs, payload, hlc },
    );
    db.run(
      `DELETE FROM pep_items WHERE owner = :owner AND node = :node AND removed = 0 AND hlc <=
         (SELECT hlc FROM pep_items WHERE owner = :owner AND node = :node AND removed = 0
         ORDER BY hlc DESC LIMIT 1 OFFSET :keep)`,
      { owner, node, keep },
    );
  },

  'item retracted'(db, { owner, node, id }, hlc) {
    db.run(
      `INSERT INTO pep_items (owner, node, id, publisher, at_ms, payload, removed, hlc) VALUES (?, ?, ?, '', 0, '', 1, ?)
       ON CONFLICT DO UPDATE SET publisher = '', at_ms = 0, payload = '', removed = 1, hlc = excluded.hlc
       WHERE excluded.hlc > pep_items.hlc`,
      owner,
      node,
      id,
      hlc,
    );
    db.run(
      'DELETE FROM pep_items WHERE owner = ? AND node = ? AND removed = 1 AND hlc < ?',
      owner,
      node,
      idBoundAt(timeOfId(hlc) - tombstoneMs),
    );
  },

  'node purged'(db, { owner, node }, hlc) {
    // The hlc '' lets any 'node set' that is still on its way make the node.
    db.run(
      `INSERT INTO pep_nodes (owner, node, config, removed, hlc, emptied_hlc) VALUES (?, ?, '{}', 1, '', '')
       ON CONFLICT DO NOTHING`,
      owner,
      node,
    );
    empty(db, owner, node, hlc);
  },
} satisfies Partial<Appliers>;

function empty(db: Sqlite, owner: Id, node: string, hlc: string): void {
  db.run('DELETE FROM pep_items WHERE owner = ? AND node = ? AND hlc < ?', owner, node, hlc);
  db.run('UPDATE pep_nodes SET emptied_hlc = :hlc WHERE owner = :owner AND node = :node AND emptied_hlc < :hlc', {
    owner,
    node,
    hlc,
  });
}
