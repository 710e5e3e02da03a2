/**
 * Who wants to find messages by their words. Boxes that searched did so for everyone: who was searchable stays so.
 *
 * `hlc`: of the last choice; words that were written before are void. `down_to`: messages before this id are not indexed yet; NULL
 * where none is, '' where all are.
 */
export const sql = `
CREATE TABLE archive_searches (
  account TEXT PRIMARY KEY,
  is_on INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  down_to TEXT,
  down_to_hlc TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
INSERT INTO archive_searches (account, is_on, hlc, down_to) SELECT DISTINCT account, 1, '', '' FROM searchable;

ALTER TABLE searchable ADD COLUMN hlc TEXT NOT NULL DEFAULT '';
`;
