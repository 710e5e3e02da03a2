import { idBoundAt, timeOfId } from '../ids.ts';
import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import { type Appliers, tombstoneMs } from './applier.ts';

export const clientAppliers = {
  /** What a client had proved before the last change of the password or the status counts no more, whichever comes first. */
  'client set'(db, { account, id, software, device, firstMs, lastMs, password, tokens }, hlc) {
    const isVoid = db.get(
      `SELECT 1 FROM account_states WHERE account = :account AND status_hlc > :hlc
       UNION ALL SELECT 1 FROM credentials WHERE account = :account AND hlc > :hlc`,
      { account, hlc },
    );
    db.run(
      `INSERT INTO clients (account, id, software, device, first_ms, last_ms, password, tokens, removed, hlc)
       VALUES (:account, :id, :software, :device, :firstMs, :lastMs, :password, :tokens, 0, :hlc)
       ON CONFLICT DO UPDATE SET software = excluded.software, device = excluded.device, first_ms = excluded.first_ms,
         last_ms = excluded.last_ms, password = excluded.password, tokens = excluded.tokens, removed = 0, hlc = excluded.hlc
       WHERE excluded.hlc > clients.hlc`,
      {
        ...{ account, id, software, device, firstMs, lastMs, hlc },
        password: password && !isVoid ? 1 : 0,
        tokens: JSON.stringify(isVoid ? [] : tokens),
      },
    );
  },

  'client removed'(db, { account, id }, hlc) {
    db.run(
      `INSERT INTO clients (account, id, software, device, first_ms, last_ms, password, tokens, removed, hlc)
       VALUES (?, ?, '', '', 0, 0, 0, '[]', 1, ?)
       ON CONFLICT DO UPDATE SET software = '', device = '', first_ms = 0, last_ms = 0, password = 0, tokens = '[]',
         removed = 1, hlc = excluded.hlc
       WHERE excluded.hlc > clients.hlc`,
      account,
      id,
      hlc,
    );
    db.run(
      'DELETE FROM clients WHERE account = ? AND removed = 1 AND hlc < ?',
      account,
      idBoundAt(timeOfId(hlc) - tombstoneMs),
    );
  },
} satisfies Partial<Appliers>;

/** Nothing that was given to a client before counts any more. */
export function voidClients(db: Sqlite, account: Id, hlc: string): void {
  db.run("UPDATE clients SET password = 0, tokens = '[]' WHERE account = ? AND hlc < ?", account, hlc);
}
