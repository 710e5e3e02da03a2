import type { Id } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { UploadReads } from '../store.ts';
import type { Upload, UploadPurpose } from '../upload-model.ts';

type Row = Omit<Upload, 'storedMs'> & { storedMs: number | null };

const select = `SELECT slot.id, slot.account, name, bytes, type, purpose, made_ms AS madeMs, expires_ms AS expiresMs,
    until_ms AS untilMs, file.at_ms AS storedMs
  FROM upload_slots AS slot LEFT JOIN stored_uploads AS file ON file.id = slot.id`;

const keptByDays: readonly UploadPurpose[] = ['message', 'ephemeral'];

export class SqliteUploads implements UploadReads {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  find(id: string): Upload | undefined {
    const row = this.#db.get<Row>(`${select} WHERE slot.id = ?`, id);
    return row && uploadOf(row);
  }

  ofAccount(account: Id): Upload[] {
    return this.#db.all<Row>(`${select} WHERE slot.account = ? ORDER BY slot.made_ms, slot.id`, account).map(uploadOf);
  }

  over(nowMs: number, storedBeforeMs: number): Upload[] {
    return this.#db
      .all<Row>(
        `${select} WHERE (file.at_ms IS NULL AND expires_ms <= ?) OR (until_ms <> 0 AND until_ms <= ?)
           OR (file.at_ms < ? AND purpose IN (?, ?)) ORDER BY slot.id`,
        nowMs,
        nowMs,
        storedBeforeMs,
        ...keptByDays,
      )
      .map(uploadOf);
  }
}

function uploadOf({ storedMs, ...slot }: Row): Upload {
  return storedMs === null ? slot : { ...slot, storedMs };
}
