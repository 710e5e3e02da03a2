/** Words of archived messages, for those that are to be found by them. The text itself stays in the archive. */
export const sql = `
CREATE TABLE searchable (
  row INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  UNIQUE (account, id)
) STRICT;

CREATE VIRTUAL TABLE search_words USING fts5 (
  text,
  content = '',
  contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2'
);
`;
