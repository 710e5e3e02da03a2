import type { ArchivedMessage } from '../archive-model.ts';
import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { Appliers } from './applier.ts';
import { addWords, dropStrayWords, dropWords } from './search.ts';

export const archiveAppliers = {
  'message archived'(db, message, hlc) {
    if (insert(db, message, '') === 0) return;
    count(db, message.account);
    if (message.text) addWords(db, message.account, message.id, message.text, hlc);
  },

  'archived message replaced'(db, message, hlc) {
    dropWords(db, message.account, message.id);
    if (insert(db, message, hlc) > 0) count(db, message.account);
    else {
      db.run(
        'UPDATE archive SET stanza = :stanza, replaced = :hlc WHERE account = :account AND id = :id AND replaced < :hlc',
        { account: message.account, id: message.id, stanza: message.stanza, hlc },
      );
    }
  },

  'archive pruned'(db, { account, beforeMs }) {
    const gone = db.run('DELETE FROM archive WHERE account = ? AND at_ms < ?', account, beforeMs);
    dropStrayWords(db, account);
    db.run(
      `INSERT INTO archive_sizes (account, messages, pruned_ms) VALUES (:account, 0, :beforeMs)
       ON CONFLICT DO UPDATE SET messages = messages - :gone, pruned_ms = max(pruned_ms, :beforeMs)`,
      { account, beforeMs, gone },
    );
  },

  'archive addresses moved'(db, { account, from, to }) {
    db.run(
      `UPDATE archive SET peer = substr(peer, 1, length(peer) - length(:from)) || :to,
         peer_full = substr(peer, 1, length(peer) - length(:from)) || :to || substr(peer_full, length(peer) + 1)
       WHERE account = :account AND (peer = :from OR substr(peer, -length(:from) - 1) = '@' || :from)`,
      { account, from, to },
    );
  },

  'archive preferences set'(db, { account, preferences }, hlc) {
    db.run(
      `INSERT INTO archive_preferences (account, preferences, hlc) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET preferences = excluded.preferences, hlc = excluded.hlc
       WHERE excluded.hlc > archive_preferences.hlc`,
      account,
      JSON.stringify(preferences),
      hlc,
    );
  },
} satisfies Partial<Appliers>;

/** How many rows it added: none where the archive has a message of this id. */
function insert(db: Sqlite, message: ArchivedMessage, replaced: string): number {
  return db.run(
    `INSERT INTO archive (account, id, peer, peer_full, direction, at_ms, stanza, replaced) SELECT ?, ?, ?, ?, ?, ?, ?, ?
     WHERE NOT EXISTS (SELECT 1 FROM archive_sizes WHERE account = ? AND pruned_ms > ?)
     ON CONFLICT (account, id) DO NOTHING`,
    message.account,
    message.id,
    message.peer,
    message.peerFull,
    message.direction,
    message.atMs,
    message.stanza,
    replaced,
    message.account,
    message.atMs,
  );
}

function count(db: Sqlite, account: Id): void {
  db.run(
    `INSERT INTO archive_sizes (account, messages) VALUES (?, 1)
     ON CONFLICT DO UPDATE SET messages = messages + 1`,
    account,
  );
}
