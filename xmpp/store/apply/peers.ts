import type { PeerRuleRow } from '../model.ts';
import type { Sqlite } from '../sqlite.ts';
import type { Appliers } from './applier.ts';

export const peerAppliers = {
  'peer rules set'(db, row, hlc) {
    setRules(db, row, 0, hlc);
  },

  'peer rules removed'(db, { domain }, hlc) {
    setRules(db, { domain }, 1, hlc);
  },
} satisfies Partial<Appliers>;

function setRules(db: Sqlite, row: PeerRuleRow, removed: number, hlc: string): void {
  const { domain, requireCertificate, dialback, stanzasPerSecond } = row;
  db.run(
    `INSERT INTO peer_rules (domain, certificate, dialback, stanzas, removed, hlc) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET certificate = excluded.certificate, dialback = excluded.dialback, stanzas = excluded.stanzas,
       removed = excluded.removed, hlc = excluded.hlc
     WHERE excluded.hlc > peer_rules.hlc`,
    domain,
    flag(requireCertificate),
    flag(dialback),
    stanzasPerSecond ?? null,
    removed,
    hlc,
  );
}

const flag = (value: boolean | undefined) => (value === undefined ? null : Number(value));
