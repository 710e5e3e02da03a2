/**
 * Rooms. A room's id owns its messages in `archive` and its vCard in `vcards`, as an account's does, and is in `removed_accounts`
 * once the room is destroyed.
 */
export const sql = `
-- Never changes. Two halves of a cluster may have made two rooms of one name: the older one is seen.
CREATE TABLE rooms (
  id TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  local TEXT NOT NULL,
  creator TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX rooms_by_name ON rooms (server, local, id);
CREATE INDEX rooms_by_creator ON rooms (server, creator);

CREATE TABLE room_configs (
  room TEXT PRIMARY KEY,
  config TEXT NOT NULL,  -- JSON object
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The affiliation 'none' marks a tombstone.
CREATE TABLE room_affiliations (
  room TEXT NOT NULL,
  jid TEXT NOT NULL,
  affiliation TEXT NOT NULL,
  nick TEXT NOT NULL,
  reason TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (room, jid)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_affiliations_by_jid ON room_affiliations (jid, room);

CREATE TABLE room_subjects (
  room TEXT PRIMARY KEY,
  nick TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  subject TEXT NOT NULL,
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The clock of the change that put a tombstone in a message's place.
ALTER TABLE archive ADD COLUMN replaced TEXT NOT NULL DEFAULT '';
`;
