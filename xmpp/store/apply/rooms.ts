import type { Appliers } from './applier.ts';

/** Every table that holds rows of a room, with the column that names it. */
const ownedBy = [
  ['rooms', 'id'],
  ['room_configs', 'room'],
  ['room_affiliations', 'room'],
  ['room_subjects', 'room'],
  ['room_hats', 'room'],
  ['room_hat_wearers', 'room'],
  ['archive', 'account'],
  ['archive_sizes', 'account'],
  ['vcards', 'account'],
  ['kept_bytes', 'account'],
] as const;

export const roomAppliers = {
  'room created'(db, { id, server, local, creator, createdMs }) {
    db.run(
      'INSERT INTO rooms (id, server, local, creator, created_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      id,
      server,
      local,
      creator,
      createdMs,
    );
  },

  'room configured'(db, { room, config }, hlc) {
    db.run(
      `INSERT INTO room_configs (room, config, hlc) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET config = excluded.config, hlc = excluded.hlc WHERE excluded.hlc > room_configs.hlc`,
      room,
      JSON.stringify(config),
      hlc,
    );
  },

  'room affiliation set'(db, { room, jid, affiliation, nick, reason, sinceMs }, hlc) {
    db.run(
      `INSERT INTO room_affiliations (room, jid, affiliation, nick, reason, since_ms, hlc) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET affiliation = excluded.affiliation, nick = excluded.nick, reason = excluded.reason,
         since_ms = excluded.since_ms, hlc = excluded.hlc
       WHERE excluded.hlc > room_affiliations.hlc`,
      room,
      jid,
      affiliation,
      nick,
      reason,
      sinceMs,
      hlc,
    );
  },

  'room subject set'(db, { room, nick, atMs, subject }, hlc) {
    db.run(
      `INSERT INTO room_subjects (room, nick, at_ms, subject, hlc) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET nick = excluded.nick, at_ms = excluded.at_ms, subject = excluded.subject, hlc = excluded.hlc
       WHERE excluded.hlc > room_subjects.hlc`,
      room,
      nick,
      atMs,
      subject,
      hlc,
    );
  },

  'room removed'(db, { room }) {
    for (const [table, column] of ownedBy) db.run(`DELETE FROM ${table} WHERE ${column} = ?`, room);
    db.run('INSERT INTO removed_accounts (id) VALUES (?) ON CONFLICT DO NOTHING', room);
  },
} satisfies Partial<Appliers>;
