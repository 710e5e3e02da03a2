/** The words by which archived messages are found: rows of `searchable` with the same number in `search_words`. */
import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';

export function addWords(db: Sqlite, account: Id, id: Id, text: string): void {
  db.run('INSERT INTO searchable (account, id) VALUES (?, ?)', account, id);
  db.run(
    'INSERT INTO search_words (rowid, text) SELECT row, ? FROM searchable WHERE account = ? AND id = ?',
    text,
    account,
    id,
  );
}

export function dropWords(db: Sqlite, account: Id, id: Id): void {
  const rows = 'FROM searchable WHERE account = ? AND id = ?';
  db.run(`DELETE FROM search_words WHERE rowid IN (SELECT row ${rows})`, account, id);
  db.run(`DELETE ${rows}`, account, id);
}

/** Of messages that the archive no longer holds. */
export function dropStrayWords(db: Sqlite, account: Id): void {
  const rows = `FROM searchable WHERE account = ?
    AND NOT EXISTS (SELECT 1 FROM archive WHERE archive.account = searchable.account AND archive.id = searchable.id)`;
  db.run(`DELETE FROM search_words WHERE rowid IN (SELECT row ${rows})`, account);
  db.run(`DELETE ${rows}`, account);
}
