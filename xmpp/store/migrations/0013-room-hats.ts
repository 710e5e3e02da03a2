/** Hats of rooms (XEP-0317) and who wears them. */
export const sql = `
-- An empty title marks a tombstone; who was given the hat before removed_hlc no longer has it.
CREATE TABLE room_hats (
  room TEXT NOT NULL,
  uri TEXT NOT NULL,
  title TEXT NOT NULL,
  hue TEXT NOT NULL,
  hlc TEXT NOT NULL,
  removed_hlc TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (room, uri)
) STRICT, WITHOUT ROWID;

CREATE TABLE room_hat_wearers (
  room TEXT NOT NULL,
  uri TEXT NOT NULL,
  jid TEXT NOT NULL,
  worn INTEGER NOT NULL,
  hlc TEXT NOT NULL,
  PRIMARY KEY (room, uri, jid)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_hat_wearers_by_jid ON room_hat_wearers (jid, room);
`;
