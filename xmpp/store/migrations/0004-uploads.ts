/** Slots for files, and the files that came. The files themselves lie beside the database, each under its id. */
export const sql = `
-- Never changes.
CREATE TABLE upload_slots (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  type TEXT NOT NULL,
  purpose TEXT NOT NULL,
  made_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_slots_by_account ON upload_slots (account);

CREATE TABLE stored_uploads (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX stored_uploads_by_account ON stored_uploads (account);

-- Tombstones of slots and files that went by themselves; \`hlc\` says since when.
CREATE TABLE removed_uploads (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX removed_uploads_by_account ON removed_uploads (account, hlc);
`;
