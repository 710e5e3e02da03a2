/** Components that were added while the box ran. */
export const sql = `
CREATE TABLE components (
  domain TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  removed INTEGER NOT NULL,
  hlc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
