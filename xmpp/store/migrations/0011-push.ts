/** Where members want to be told of what waits for them (XEP-0357). */
export const sql = `
CREATE TABLE push_registrations (
  account TEXT NOT NULL,
  service TEXT NOT NULL,
  node TEXT NOT NULL,
  resource TEXT NOT NULL,
  options TEXT NOT NULL,
  shows TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (account, service, node)
) STRICT, WITHOUT ROWID;
`;
