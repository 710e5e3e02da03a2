/** What members reported of those whom they blocked. */
export const sql = `
CREATE TABLE reports (
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  jid TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  reason TEXT NOT NULL,
  words TEXT NOT NULL,
  stanzas TEXT NOT NULL,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
`;
