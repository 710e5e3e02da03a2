/**
 * What can make this box refuse a change that it was about to make: what two handlers checked at the same time, only one can
 * have. Looked at in the transaction itself, before the change is stamped. A change that is stamped is never refused.
 */
import type { Change } from './changes.ts';
import type { Id } from './model.ts';
import type { Sqlite } from './sqlite.ts';

/** Says why the change cannot be, undefined where it can. */
export function conflictOf(db: Sqlite, change: Change): string | undefined {
  switch (change.kind) {
    case 'account created': {
      const { id, server, local } = change.data.account;
      const holder = db.get<{ id: Id }>('SELECT id FROM accounts WHERE server = ? AND local = ?', server, local);
      return holder === undefined || holder.id === id ? undefined : `the name ${local} is taken`;
    }
    case 'room created': {
      const { id, server, local } = change.data;
      const holder = db.get<{ id: Id }>('SELECT id FROM rooms WHERE server = ? AND local = ?', server, local);
      return holder === undefined || holder.id === id ? undefined : `there is a room ${local}`;
    }
    case 'invite used': {
      const { code, account } = change.data;
      const invite = db.get<{ left: number; mine: number }>(
        `SELECT uses_left - (SELECT count(*) FROM invite_uses WHERE code = :code) AS left,
           EXISTS (SELECT 1 FROM invite_uses WHERE code = :code AND account = :account) AS mine
         FROM invites WHERE code = :code AND code NOT IN (SELECT code FROM revoked_invites)`,
        { code, account },
      );
      return invite !== undefined && (invite.mine === 1 || invite.left > 0) ? undefined : 'the invitation is used up';
    }
    case 'upload stored': {
      const slot = db.get<{ taken: number }>(
        'SELECT EXISTS (SELECT 1 FROM stored_uploads WHERE id = :id) AS taken FROM upload_slots WHERE id = :id',
        { id: change.data.id },
      );
      return slot?.taken === 0 ? undefined : 'the slot is used up or gone';
    }
    default:
      return undefined;
  }
}
