import type { Id } from '../model.ts';
import type { Affiliation, HatWearer, RoomAffiliation, RoomHat, RoomRow, RoomSubject } from '../room-model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { RoomReads } from '../store.ts';

const select = 'SELECT id, server, local, creator, created_ms AS createdMs FROM rooms';

export class SqliteRooms implements RoomReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  byName(server: Id, local: string): RoomRow | undefined {
    return this.#db.get<RoomRow>(`${select} WHERE server = ? AND local = ? ORDER BY id LIMIT 1`, server, local);
  }

  list(server: Id): RoomRow[] {
    return this.#db.all<RoomRow>(`${select} WHERE server = ? ORDER BY local, id`, server);
  }

  createdBy(server: Id, creator: string): number {
    const row = this.#db.get<{ n: number }>(
      'SELECT count(*) AS n FROM rooms WHERE server = ? AND creator = ?',
      server,
      creator,
    );
    return row?.n ?? 0;
  }

  config(room: Id): Record<string, string> | undefined {
    const row = this.#db.get<{ config: string }>('SELECT config FROM room_configs WHERE room = ?', room);
    return row && (JSON.parse(row.config) as Record<string, string>);
  }

  affiliations(room: Id): RoomAffiliation[] {
    return this.#db.all<RoomAffiliation>(
      `SELECT jid, affiliation, nick, reason, since_ms AS sinceMs FROM room_affiliations
       WHERE room = ? AND affiliation <> 'none' ORDER BY jid`,
      room,
    );
  }

  ofJid(server: Id, jid: string): { room: RoomRow; affiliation: Affiliation }[] {
    return this.#db
      .all<RoomRow & { affiliation: Affiliation }>(
        `SELECT id, server, local, creator, created_ms AS createdMs, affiliation
         FROM room_affiliations JOIN rooms ON rooms.id = room_affiliations.room
         WHERE jid = ? AND server = ? AND affiliation <> 'none' ORDER BY local, id`,
        jid,
        server,
      )
      .map(({ affiliation, ...room }) => ({ room, affiliation }));
  }

  subject(room: Id): RoomSubject | undefined {
    return this.#db.get<RoomSubject>('SELECT nick, at_ms AS atMs, subject FROM room_subjects WHERE room = ?', room);
  }

  hats(room: Id): RoomHat[] {
    return this.#db.all<RoomHat>(
      "SELECT uri, title, hue FROM room_hats WHERE room = ? AND title <> '' ORDER BY title, uri",
      room,
    );
  }

  hatWearers(room: Id): HatWearer[] {
    return this.#db.all<HatWearer>(
      'SELECT uri, jid FROM room_hat_wearers WHERE room = ? AND worn = 1 ORDER BY jid, uri',
      room,
    );
  }

  hatsOf(server: Id, jid: string): { room: RoomRow; uri: string }[] {
    return this.#db
      .all<RoomRow & { uri: string }>(
        `SELECT id, server, local, creator, created_ms AS createdMs, uri
         FROM room_hat_wearers JOIN rooms ON rooms.id = room_hat_wearers.room
         WHERE jid = ? AND server = ? AND worn = 1 ORDER BY local, uri`,
        jid,
        server,
      )
      .map(({ uri, ...room }) => ({ room, uri }));
  }
}
