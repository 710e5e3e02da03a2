/** Lists of spammers that others keep: each as it was last written whole, and what was told of it since. */
export const sql = `
CREATE TABLE blocklists (
  server TEXT NOT NULL,
  service TEXT NOT NULL,
  node TEXT NOT NULL,
  read_ms INTEGER NOT NULL,
  entries TEXT NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0,
  hlc TEXT NOT NULL,
  PRIMARY KEY (server, service, node)
) STRICT;

CREATE TABLE blocklist_entries (
  server TEXT NOT NULL,
  service TEXT NOT NULL,
  node TEXT NOT NULL,
  entry TEXT NOT NULL,
  why TEXT NOT NULL,
  listed INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (server, service, node, entry)
) STRICT, WITHOUT ROWID;
`;
