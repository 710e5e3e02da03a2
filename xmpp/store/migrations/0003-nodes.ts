/** Nodes are no longer of accounts alone: the server's own pubsub service has them too, with affiliations and subscriptions. */
export const sql = `
ALTER TABLE pep_nodes RENAME TO nodes;
ALTER TABLE nodes ADD COLUMN creator TEXT NOT NULL DEFAULT '';
ALTER TABLE nodes ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;
-- When the node was last removed; affiliations and subscriptions made before are void.
ALTER TABLE nodes ADD COLUMN removed_hlc TEXT NOT NULL DEFAULT '';

ALTER TABLE pep_items RENAME TO node_items;
DROP INDEX pep_items_by_age;
CREATE INDEX node_items_by_age ON node_items (owner, node, removed, hlc, at_ms);

-- 'none' marks a tombstone.
CREATE TABLE node_affiliations (
  owner TEXT NOT NULL,
  node TEXT NOT NULL,
  jid TEXT NOT NULL,
  affiliation TEXT NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (owner, node, jid)
) STRICT, WITHOUT ROWID;
CREATE INDEX node_affiliations_by_jid ON node_affiliations (jid, owner);

-- The state 'none' marks a tombstone.
CREATE TABLE node_subscriptions (
  owner TEXT NOT NULL,
  node TEXT NOT NULL,
  jid TEXT NOT NULL,
  state TEXT NOT NULL,
  options TEXT NOT NULL,  -- JSON object
  hlc TEXT NOT NULL,
  PRIMARY KEY (owner, node, jid)
) STRICT, WITHOUT ROWID;
CREATE INDEX node_subscriptions_by_jid ON node_subscriptions (jid, owner);
`;
