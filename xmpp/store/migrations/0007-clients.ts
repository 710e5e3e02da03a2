/** The clients of members, what each may log in with, and hashes of a password that came after the others. */
export const sql = `
CREATE TABLE clients (
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  software TEXT NOT NULL,
  device TEXT NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  password INTEGER NOT NULL,
  tokens TEXT NOT NULL,
  removed INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE added_credentials (
  account TEXT NOT NULL,
  hash TEXT NOT NULL,
  keys TEXT NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
`;
