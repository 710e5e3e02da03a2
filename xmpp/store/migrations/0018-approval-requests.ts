/** Whom limited members asked to talk with, or who asked them, until an administrator says something. */
export const sql = `
CREATE TABLE approval_requests (
  account TEXT NOT NULL,
  contact TEXT NOT NULL,
  direction TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  stanza TEXT NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, contact)
) STRICT, WITHOUT ROWID;
`;
