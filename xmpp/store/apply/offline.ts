import { idBoundAt, timeOfId } from '../ids.ts';
import { type Appliers, tombstoneMs } from './applier.ts';

export const offlineAppliers = {
  'offline message kept'(db, { account, id, atMs, stanza }) {
    db.run(
      `INSERT INTO offline_messages (account, id, at_ms, stanza, removed) VALUES (?, ?, ?, ?, 0)
       ON CONFLICT DO NOTHING`,
      account,
      id,
      atMs,
      stanza,
    );
  },

  'offline messages cleared'(db, { account, ids }, hlc) {
    for (const id of ids) {
      db.run(
        `INSERT INTO offline_messages (account, id, at_ms, stanza, removed) VALUES (?, ?, 0, '', 1)
         ON CONFLICT DO UPDATE SET at_ms = 0, stanza = '', removed = 1`,
        account,
        id,
      );
    }
    db.run(
      'DELETE FROM offline_messages WHERE account = ? AND removed = 1 AND id < ?',
      account,
      idBoundAt(timeOfId(hlc) - tombstoneMs),
    );
  },
} satisfies Partial<Appliers>;
