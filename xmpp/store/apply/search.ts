/** The words by which archived messages are found: rows of `searchable` with the same number in `search_words`. */
import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { Appliers } from './applier.ts';

export const searchAppliers = {
  'archive search set'(db, { account, on }, hlc) {
    db.run(
      `INSERT INTO archive_searches (account, is_on, hlc) VALUES (:account, :on, :hlc)
       ON CONFLICT DO UPDATE SET is_on = :on, hlc = :hlc WHERE :hlc > hlc`,
      { account, on: on ? 1 : 0, hlc },
    );
    db.run(
      `UPDATE archive_searches SET down_to = NULL, down_to_hlc = :hlc WHERE account = :account AND :hlc > down_to_hlc`,
      { account, hlc },
    );
    drop(
      db,
      `FROM searchable WHERE account = :account
        AND (hlc < :hlc OR EXISTS (SELECT 1 FROM archive_searches WHERE account = :account AND is_on = 0))`,
      { account, hlc },
    );
  },

  'archive words added'(db, { account, words, downTo }, hlc) {
    for (const { id, text } of words) addWords(db, account, id, text, hlc);
    db.run(
      `INSERT INTO archive_searches (account, is_on, hlc, down_to, down_to_hlc) VALUES (:account, 0, '', :downTo, :hlc)
       ON CONFLICT DO UPDATE SET down_to = :downTo, down_to_hlc = :hlc WHERE :hlc > down_to_hlc`,
      { account, downTo, hlc },
    );
  },
} satisfies Partial<Appliers>;

/** Void where it is older than the owner's last choice or that is off, and of a message that became a tombstone. */
export function addWords(db: Sqlite, account: Id, id: Id, text: string, hlc: string): void {
  const added = db.run(
    `INSERT INTO searchable (account, id, hlc) SELECT :account, :id, :hlc
     WHERE NOT EXISTS (SELECT 1 FROM searchable WHERE account = :account AND id = :id)
       AND NOT EXISTS (SELECT 1 FROM archive WHERE account = :account AND id = :id AND replaced <> '')
       AND NOT EXISTS (SELECT 1 FROM archive_searches WHERE account = :account AND (hlc > :hlc OR is_on = 0 AND hlc <> ''))`,
    { account, id, hlc },
  );
  if (added > 0)
    db.run(
      'INSERT INTO search_words (rowid, text) SELECT row, ? FROM searchable WHERE account = ? AND id = ?',
      text,
      account,
      id,
    );
  else db.run('UPDATE searchable SET hlc = max(hlc, ?) WHERE account = ? AND id = ?', hlc, account, id);
}

export function dropWords(db: Sqlite, account: Id, id: Id): void {
  drop(db, 'FROM searchable WHERE account = :account AND id = :id', { account, id });
}

/** Of messages that the archive no longer holds. */
export function dropStrayWords(db: Sqlite, account: Id): void {
  drop(
    db,
    `FROM searchable WHERE account = :account
      AND NOT EXISTS (SELECT 1 FROM archive WHERE archive.account = searchable.account AND archive.id = searchable.id)`,
    { account },
  );
}

function drop(db: Sqlite, rows: string, values: Record<string, string>): void {
  db.run(`DELETE FROM search_words WHERE rowid IN (SELECT row ${rows})`, values);
  db.run(`DELETE ${rows}`, values);
}
