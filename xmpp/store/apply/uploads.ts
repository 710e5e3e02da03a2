import { idBoundAt, timeOfId } from '../ids.ts';
import { type Appliers, tombstoneMs } from './applier.ts';

/** A slot never changes, and takes one file; that either is gone is a fact of its own, which no order of arrival undoes. */
export const uploadAppliers = {
  'upload slot made'(db, { id, account, name, bytes, type, purpose, madeMs, expiresMs, untilMs }) {
    db.run(
      `INSERT INTO upload_slots (id, account, name, bytes, type, purpose, made_ms, expires_ms, until_ms)
       SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM removed_uploads WHERE id = ?)
       ON CONFLICT DO NOTHING`,
      id,
      account,
      name,
      bytes,
      type,
      purpose,
      madeMs,
      expiresMs,
      untilMs,
      id,
    );
  },

  'upload stored'(db, { account, id, atMs }) {
    db.run(
      `INSERT INTO stored_uploads (id, account, at_ms)
       SELECT ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM removed_uploads WHERE id = ?) ON CONFLICT DO NOTHING`,
      id,
      account,
      atMs,
      id,
    );
  },

  'upload removed'(db, { account, id }, hlc) {
    db.run('DELETE FROM upload_slots WHERE id = ?', id);
    db.run('DELETE FROM stored_uploads WHERE id = ?', id);
    db.run('INSERT INTO removed_uploads (id, account, hlc) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', id, account, hlc);
    db.run(
      'DELETE FROM removed_uploads WHERE account = ? AND hlc < ?',
      account,
      idBoundAt(timeOfId(hlc) - tombstoneMs),
    );
  },
} satisfies Partial<Appliers>;
