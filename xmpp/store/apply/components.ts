import type { Sqlite } from '../sqlite.ts';
import type { Appliers } from './applier.ts';

export const componentAppliers = {
  'component set'(db, { domain, secret }, hlc) {
    setComponent(db, domain, secret, 0, hlc);
  },

  'component removed'(db, { domain }, hlc) {
    setComponent(db, domain, '', 1, hlc);
  },
} satisfies Partial<Appliers>;

function setComponent(db: Sqlite, domain: string, secret: string, removed: number, hlc: string): void {
  db.run(
    `INSERT INTO components (domain, secret, removed, hlc) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET secret = excluded.secret, removed = excluded.removed, hlc = excluded.hlc
     WHERE excluded.hlc > components.hlc`,
    domain,
    secret,
    removed,
    hlc,
  );
}
