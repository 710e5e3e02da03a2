import type { Id, Invite } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { InviteReads } from '../store.ts';

type Row = Omit<Invite, 'createdBy' | 'username' | 'befriends' | 'registers' | 'circle' | 'resets' | 'own'> & {
  createdBy: Id | null;
  username: string | null;
  befriends: number;
  registers: number;
  circle: Id | null;
  resets: Id | null;
  own: number;
};

const select = `SELECT code, server, role, created_by AS createdBy, created_ms AS createdMs, expires_ms AS expiresMs, uses,
    max(0, uses_left - (SELECT count(*) FROM invite_uses WHERE invite_uses.code = invites.code)) AS usesLeft, note,
    username, befriends, registers, circle, resets, own
  FROM invites WHERE code NOT IN (SELECT code FROM revoked_invites)`;

/** A revoked invite is not seen any more. */
export class SqliteInvites implements InviteReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  byCode(code: string): Invite | undefined {
    const row = this.#db.get<Row>(`${select} AND code = ?`, code);
    return row && inviteOf(row);
  }

  invitedBy(account: Id): Id | undefined {
    const row = this.#db.get<{ inviter: Id }>(
      'SELECT created_by AS inviter FROM invite_uses JOIN invites USING (code) WHERE account = ? AND created_by IS NOT NULL AND resets IS NULL',
      account,
    );
    return row?.inviter;
  }

  list(server: Id): Invite[] {
    return this.#db
      .all<Row>(`${select} AND server = ? ORDER BY created_ms DESC, code`, server)
      .map((row) => inviteOf(row));
  }
}

function inviteOf({ createdBy, username, befriends, registers, circle, resets, own, ...invite }: Row): Invite {
  return {
    ...invite,
    ...(createdBy !== null && { createdBy }),
    ...(username !== null && { username }),
    ...(befriends === 1 && { befriends: true }),
    ...(registers === 0 && { registers: false }),
    ...(circle !== null && { circle }),
    ...(resets !== null && { resets }),
    ...(own === 1 && { own: true }),
  };
}
