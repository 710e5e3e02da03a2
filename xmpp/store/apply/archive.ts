import type { ArchivedMessage, Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { Appliers } from './applier.ts';

export const archiveAppliers = {
  'message archived'(db, message) {
    if (insert(db, message, '') > 0) count(db, message.account);
  },

  'archived message replaced'(db, message, hlc) {
    if (insert(db, message, hlc) > 0) count(db, message.account);
    else
      db.run(
        'UPDATE archive SET stanza = :stanza, replaced = :hlc WHERE account = :account AND id = :id AND replaced < :hlc',
        { account: message.account, id: message.id, stanza: message.stanza, hlc },
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
    `INSERT INTO archive (account, id, peer, peer_full, direction, at_ms, stanza, replaced) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (account, id) DO NOTHING`,
    message.account,
    message.id,
    message.peer,
    message.peerFull,
    message.direction,
    message.atMs,
    message.stanza,
    replaced,
  );
}

function count(db: Sqlite, account: Id): void {
  db.run(
    `INSERT INTO archive_sizes (account, messages) VALUES (?, 1)
     ON CONFLICT DO UPDATE SET messages = messages + 1`,
    account,
  );
}
