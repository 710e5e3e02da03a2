import type { Appliers } from './applier.ts';

export const archiveAppliers = {
  'message archived'(db, message) {
    const added = db.run(
      `INSERT INTO archive (account, id, peer, peer_full, direction, at_ms, stanza) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (account, id) DO NOTHING`,
      message.account,
      message.id,
      message.peer,
      message.peerFull,
      message.direction,
      message.atMs,
      message.stanza,
    );
    if (added === 0) return;
    db.run(
      `INSERT INTO archive_sizes (account, messages) VALUES (?, 1)
       ON CONFLICT DO UPDATE SET messages = messages + 1`,
      message.account,
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
