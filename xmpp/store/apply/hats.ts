import type { Appliers } from './applier.ts';

export const hatAppliers = {
  'room hat set'(db, { room, uri, title, hue }, hlc) {
    db.run(
      `INSERT INTO room_hats (room, uri, title, hue, hlc) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET title = excluded.title, hue = excluded.hue, hlc = excluded.hlc
       WHERE excluded.hlc > room_hats.hlc`,
      room,
      uri,
      title,
      hue,
      hlc,
    );
  },

  'room hat removed'(db, { room, uri }, hlc) {
    db.run(
      `INSERT INTO room_hats (room, uri, title, hue, hlc) VALUES (?, ?, '', '', ?)
       ON CONFLICT DO UPDATE SET title = '', hue = '', hlc = excluded.hlc WHERE excluded.hlc > room_hats.hlc`,
      room,
      uri,
      hlc,
    );
    db.run('UPDATE room_hats SET removed_hlc = :hlc WHERE room = :room AND uri = :uri AND removed_hlc < :hlc', {
      room,
      uri,
      hlc,
    });
    db.run('DELETE FROM room_hat_wearers WHERE room = ? AND uri = ? AND hlc < ?', room, uri, hlc);
  },

  'room hat worn'(db, { room, uri, jid, worn }, hlc) {
    db.run(
      `INSERT INTO room_hat_wearers (room, uri, jid, worn, hlc) SELECT :room, :uri, :jid, :worn, :hlc
       WHERE NOT EXISTS (SELECT 1 FROM room_hats WHERE room = :room AND uri = :uri AND removed_hlc > :hlc)
       ON CONFLICT DO UPDATE SET worn = excluded.worn, hlc = excluded.hlc WHERE excluded.hlc > room_hat_wearers.hlc`,
      { room, uri, jid, worn: worn ? 1 : 0, hlc },
    );
  },
} satisfies Partial<Appliers>;
