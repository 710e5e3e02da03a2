/** What the owner asks of other servers, by domain. */
export const sql = `
CREATE TABLE peer_rules (
  domain TEXT PRIMARY KEY,
  certificate INTEGER,
  dialback INTEGER,
  stanzas INTEGER,
  removed INTEGER NOT NULL,
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
