/**
 * No foreign keys: in a cluster a change can arrive before the account that it speaks of. What belongs to an account is keyed by
 * its id, and `removed_accounts` makes whatever arrives after the removal void (apply/apply.ts).
 *
 * `hlc` is the clock of the change that wrote the row; `removed` marks a tombstone, kept so that an older 'set' which arrives
 * late does not bring the row back.
 */
export const sql = `
CREATE TABLE box (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  seq INTEGER NOT NULL,  -- of this box's last change
  hlc TEXT NOT NULL      -- the hybrid clock's last reading
) STRICT;

CREATE TABLE servers (
  id TEXT PRIMARY KEY,
  domain TEXT NOT NULL,
  fallbacks TEXT NOT NULL,  -- JSON array
  mode TEXT NOT NULL,
  registration TEXT NOT NULL,
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
  server TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;

-- An account's row never changes; what can change of it stands in account_states.
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  local TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  UNIQUE (server, local)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_states (
  account TEXT PRIMARY KEY,
  role TEXT,
  role_hlc TEXT NOT NULL DEFAULT '',
  status TEXT,
  status_hlc TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE removed_accounts (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
  account TEXT PRIMARY KEY,
  keys TEXT NOT NULL,  -- JSON array, one member a hash, bytes in base64
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE last_seen (
  account TEXT PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  status TEXT NOT NULL,
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- position counts the roster's changes as this box applied them: what roster versions are made of.
CREATE TABLE roster_items (
  account TEXT NOT NULL,
  contact TEXT NOT NULL,
  name TEXT NOT NULL,
  groups TEXT NOT NULL,  -- JSON array
  subscription TEXT NOT NULL,
  ask INTEGER NOT NULL,
  approved INTEGER NOT NULL,
  position INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, contact)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX roster_by_position ON roster_items (account, position);

CREATE TABLE subscription_requests (
  account TEXT NOT NULL,
  contact TEXT NOT NULL,
  stanza TEXT NOT NULL,
  removed INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, contact)
) STRICT, WITHOUT ROWID;

CREATE TABLE archive (
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  peer TEXT NOT NULL,
  peer_full TEXT NOT NULL,
  direction TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  stanza TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX archive_by_id ON archive (account, id);
-- at_ms and direction ride along so that counting, and finding a page, reads no message.
CREATE INDEX archive_by_peer ON archive (account, peer, id, at_ms);
CREATE INDEX archive_by_time ON archive (account, at_ms, id, direction);

-- How many messages each archive holds: every page tells its total, and counting 100 000 of them would hold the event loop.
CREATE TABLE archive_sizes (
  account TEXT PRIMARY KEY,
  messages INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE archive_preferences (
  account TEXT PRIMARY KEY,
  preferences TEXT NOT NULL,  -- JSON
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE offline_messages (
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  stanza TEXT NOT NULL,
  removed INTEGER NOT NULL,
  PRIMARY KEY (account, id)
) STRICT;

-- The row whose jid is '' holds when all was unblocked at once.
CREATE TABLE blocked (
  account TEXT NOT NULL,
  jid TEXT NOT NULL,
  removed INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE vcards (
  account TEXT PRIMARY KEY,
  vcard TEXT NOT NULL,
  hlc TEXT NOT NULL
) STRICT;

CREATE TABLE private_data (
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  namespace TEXT NOT NULL,
  data TEXT NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, name, namespace)
) STRICT;

CREATE TABLE invites (
  code TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  role TEXT NOT NULL,
  created_by TEXT,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  uses_left INTEGER NOT NULL,  -- when it was made; invite_uses has those taken since
  note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invites_by_server ON invites (server, created_ms);

CREATE TABLE invite_uses (
  code TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (code, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE revoked_invites (code TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- emptied_hlc: when the node was last purged or removed; items published before are void.
CREATE TABLE pep_nodes (
  owner TEXT NOT NULL,
  node TEXT NOT NULL,
  config TEXT NOT NULL,  -- JSON object
  removed INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  emptied_hlc TEXT NOT NULL,
  PRIMARY KEY (owner, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE pep_items (
  owner TEXT NOT NULL,
  node TEXT NOT NULL,
  id TEXT NOT NULL,
  publisher TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  payload TEXT NOT NULL,
  removed INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (owner, node, id)
) STRICT;
CREATE INDEX pep_items_by_age ON pep_items (owner, node, removed, hlc);
`;
